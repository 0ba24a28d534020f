/**
 * All commands: what the list of them says, and where the rest is. A command's module is loaded only where it is named, so that
 * `--help` reads none and `doctor` reads no study.
 */
import type { commandGroups } from "../options/help.ts";
import type { Complete } from "./complete.ts";

interface CommandEntry {
  readonly group: keyof typeof commandGroups;
  /** Name and arguments, as usage shows them. */
  readonly usage: string;
  readonly description: string;
  readonly load: () => Promise<Complete>;
}

/** In the order of help. */
export const commandEntries: Readonly<Record<string, CommandEntry>> = {
  run: {
    group: "studies",
    usage: "run",
    description: "train networks, measure and remove their neurons; write results, print a table",
    load: async () => (await import("./run-command.ts")).completeRun,
  },
  analyze: {
    group: "studies",
    usage: "analyze <models...>",
    description: "measure and ablate networks trained elsewhere; writes the same files as run",
    load: async () => (await import("./analyze-command.ts")).completeAnalyze,
  },
  grid: {
    group: "studies",
    usage: "grid <file>",
    description: "many studies from lists of values: each a folder of results, one report of all",
    load: async () => (await import("./grid-command.ts")).completeGrid,
  },
  work: {
    group: "studies",
    usage: "work",
    description: "do cells of grids that wait in a queue",
    load: async () => (await import("./work-command.ts")).completeWork,
  },
  compare: {
    group: "studies",
    usage: "compare [models...]",
    description: "rank all measures by what removing neurons costs, in the time there is",
    load: async () => (await import("./compare-command.ts")).completeCompare,
  },
  status: {
    group: "studies",
    usage: "status <folders...>",
    description: "what is done of a study or grid that is under way, and what is missing",
    load: async () => (await import("./status-command.ts")).completeStatus,
  },
  merge: {
    group: "studies",
    usage: "merge <folders...>",
    description: "the results of a study or grid that shards have computed",
    load: async () => (await import("./merge-command.ts")).completeMerge,
  },
  report: {
    group: "studies",
    usage: "report <folders...>",
    description: "results to a page, figures and tables; several studies side by side",
    load: async () => (await import("./report-command.ts")).completeReport,
  },
  lab: {
    group: "studies",
    usage: "lab",
    description: "serve the lab: train, see and ablate in a browser",
    load: async () => (await import("./lab-command.ts")).completeLab,
  },
  prune: {
    group: "networks",
    usage: "prune <model>",
    description: "a smaller network: its least important neurons removed, checked",
    load: async () => (await import("./prune-command.ts")).completePrune,
  },
  data: {
    group: "data",
    usage: "data",
    description: "fetch public data sets",
    load: async () => (await import("./data-command.ts")).completeData,
  },
  doctor: {
    group: "machine",
    usage: "doctor",
    description: "list adapters, say which is used and why, and test it",
    load: async () => (await import("./doctor-command.ts")).completeDoctor,
  },
  bench: {
    group: "machine",
    usage: "bench [what]",
    description: "check kernels, training and sweeps, then time them on one adapter",
    load: async () => (await import("./bench-command.ts")).completeBench,
  },
  profile: {
    group: "machine",
    usage: "profile",
    description: "say where the time of a standard large sweep goes",
    load: async () => (await import("./profile-command.ts")).completeProfile,
  },
};

export type LoadedCommands = ReadonlyMap<string, Complete>;

/** Loads the commands of these names; all others stay names in a list. Names of no command are passed over. */
export async function loadCommands(names: readonly string[] = Object.keys(commandEntries)): Promise<LoadedCommands> {
  const loaded = new Map<string, Complete>();
  for (const [name, { load }] of Object.entries(commandEntries)) {
    if (names.includes(name)) loaded.set(name, await load());
  }
  return loaded;
}
