/**
 * Kills studies again and again, each time at a random moment, and goes on with the same command until it comes to its end:
 *   npm run build && npx tsx scripts/kill-and-continue.ts [--kills 100] [--minutes 60] [--seed 1] [--adapter swiftshader]
 *     [--kinds run,analyze,grid,shards]
 * Each kind of study gets `--kills` kills: run (with a checkpoint after every epoch), analyze, a grid of two cells, and run in two shards
 * of one folder, whose processes are killed in turns and merged. All kills are SIGKILL. Checked: every study ends with the files of an
 * undisturbed one, byte for byte (study.json but for times), and nothing else. Writes a row of a Markdown table for each kind.
 * Ends with 1 where a study has a fault.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { faultsOf, filesOf, isHidden, prepare, seeded, start, tinyGrid, writingCommands } from "./tiny-commands.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    adapter: { type: "string", default: "swiftshader" },
    kinds: { type: "string", default: "run,analyze,grid,shards" },
  },
});

/** Commands that are done when each has come to its end, in turns. */
interface Study {
  readonly name: string;
  steps(out: string): (readonly string[])[];
  /** What an undisturbed process does in one go. */
  whole(out: string): readonly string[];
}

interface Outcome {
  kills: number;
  studies: number;
  /** Starts that found parts of an earlier one, and those that went on behind a checkpoint. */
  found: number;
  resumed: number;
  /** Starts that found all done: a kill had come behind the last file. */
  complete: number;
  faults: number;
}

const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-kills-"));
const next = seeded(Number(values.seed));
const endsAt = performance.now() + 60_000 * Number(values.minutes);

function studies(): Study[] {
  const [run, analyze] = writingCommands(values.adapter);
  // Short, so that there are many kills.
  const short = ["--stride", "8", "--scopes", "network", "--singles", "none", "--epochs", "10", "--memory", "2"];
  const runTo = (out: string) => [...run!.args(out), ...short];
  const checkpoints = ["--checkpoint-seconds", "0"];
  const shard = (out: string, index: number) => [...runTo(out), ...checkpoints, "--shard", `${index}/2`];
  const gridTo = (out: string) => [
    "grid",
    "grid.yaml",
    "--out",
    out,
    "--no-report",
    ...checkpoints,
    "--adapter",
    values.adapter,
  ];
  const analyzeTo = (out: string) => [...analyze!.args(out), ...short.slice(0, 6)];
  return [
    { name: "run", whole: runTo, steps: (out) => [[...runTo(out), ...checkpoints]] },
    { name: "analyze", whole: analyzeTo, steps: (out) => [analyzeTo(out)] },
    { name: "grid", whole: gridTo, steps: (out) => [gridTo(out)] },
    {
      name: "shards",
      whole: runTo,
      steps: (out) => [shard(out, 1), shard(out, 2), ["merge", out, "--out", out, "--no-report"]],
    },
  ];
}

/** Starts a command until it comes to its end; each time but the last it is killed. @returns how long the last one took */
async function insist(args: readonly string[], aboutMs: number, left: number, all: Outcome): Promise<number> {
  for (let kills = 0; ; kills++) {
    const running = start(args, scratch);
    const end = kills < left ? wait(next() * aboutMs).then(() => running.child.kill("SIGKILL")) : undefined;
    const ended = await running.ended;
    if (/by an earlier run\b/m.test(ended.stderr)) all.found++;
    if (/goes on behind epoch/.test(ended.stderr)) all.resumed++;
    if (ended.signal !== "SIGKILL") {
      if (ended.code !== 0) throw new Error(ended.stderr);
      if (ended.stderr.includes("were complete: nothing was computed")) all.complete++;
      return ended.elapsedMs;
    }
    await end;
    all.kills++;
  }
}

function compare(out: string, reference: ReadonlyMap<string, string>): string[] {
  const files = filesOf(join(scratch, out));
  return [...faultsOf(files, reference, true), ...[...files.keys()].filter(isHidden).map((name) => `left ${name}`)];
}

/** Kills of one command at most, so that each comes to its end. */
const MOST_KILLS = 6;

async function disturb(
  study: Study,
  out: string,
  reference: ReadonlyMap<string, string>,
  aboutMs: number,
  all: Outcome,
) {
  const before = all.kills;
  for (const args of study.steps(out)) {
    const isMerge = args[0] === "merge";
    await insist(args, isMerge ? aboutMs / 10 : aboutMs, isMerge ? 1 : MOST_KILLS, all);
  }
  all.studies++;
  const faults = compare(out, reference);
  all.faults += faults.length === 0 ? 0 : 1;
  process.stdout.write(
    `${study.name}: ${all.kills - before} kills${faults.map((fault) => `\n    FAULT ${fault}`).join("")}\n`,
  );
  rmSync(join(scratch, out), { recursive: true, force: true });
}

/** What an undisturbed process writes, and how long it takes. Run and its shards come to the same. */
const references = new Map<Study["whole"], { files: ReadonlyMap<string, string>; elapsedMs: number }>();

async function referenceOf({ name, whole }: Study) {
  const known = references.get(whole);
  if (known) return known;
  const { code, stderr, elapsedMs } = await start(whole(`whole-${name}`), scratch).ended;
  if (code !== 0) throw new Error(stderr);
  const reference = { files: filesOf(join(scratch, `whole-${name}`)), elapsedMs };
  references.set(whole, reference);
  return reference;
}

async function main(): Promise<number> {
  await prepare(scratch, values.adapter);
  writeFileSync(join(scratch, "grid.yaml"), tinyGrid("activation: [sigmoid, relu]"));
  const asked = values.kinds.split(",");
  const kinds = studies()
    .filter(({ name }) => asked.includes(name))
    .map((study) => ({ study, all: { kills: 0, studies: 0, found: 0, resumed: 0, complete: 0, faults: 0 } }));
  const mostKills = Number(values.kills);
  for (let round = 0; performance.now() < endsAt && kinds.some(({ all }) => all.kills < mostKills); round++) {
    for (const { study, all } of kinds) {
      if (all.kills >= mostKills || performance.now() > endsAt) continue;
      const { files, elapsedMs } = await referenceOf(study);
      await disturb(study, `kill-${round}`, files, elapsedMs, all);
    }
  }
  process.stdout.write(
    `seed ${values.seed}\n\n| what | kills | studies that ended | starts that found parts | a checkpoint | all done | with faults |\n`,
  );
  process.stdout.write("|---|---:|---:|---:|---:|---:|---:|\n");
  for (const { study, all } of kinds) {
    const { kills, studies: ended, found, resumed, complete, faults } = all;
    process.stdout.write(`| ${[study.name, kills, ended, found, resumed, complete, faults].join(" | ")} |\n`);
  }
  return kinds.some(({ all }) => all.faults > 0) ? 1 : 0;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
