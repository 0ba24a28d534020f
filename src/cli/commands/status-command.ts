/** `gpu-importance status`: what is done of a study or a grid that is under way, and what is missing. */
import type { Command } from "commander";
import { greatest } from "../../core/long-arrays.ts";
import { folderSource } from "../../platform/node/files.ts";
import { hasStudy } from "../../platform/node/results-folder.ts";
import { censusOf } from "../../study/census.ts";
import { requireOneStudy } from "../../study/study-sources.ts";
import { print, printJson } from "../display/standard-streams.ts";
import { type Status, statusLines } from "../display/status-text.ts";
import { hasGrid } from "../grid/grid-folder.ts";
import { gridStatus, gridStatusJson, gridStatusLines } from "../grid/grid-status.ts";
import { addMessageOptions } from "../options/device-options.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { openSources } from "../results/study-sources.ts";

interface StatusOptions {
  readonly json?: boolean;
}

/** @throws RunError where no study was begun in one of the folders; UsageError where they are of several */
async function statusOf(folders: readonly string[]): Promise<Status> {
  const sources = await openSources(folders);
  await requireOneStudy(sources, true);
  const dated = await Promise.all(sources.map(({ store }) => store.dated()));
  const all = sources.map(({ record, courses }, index) => ({ record, courses, parts: dated[index]! }));
  const writtenMs = greatest(dated.flat().map((part) => part.writtenMs));
  return { ...(await censusOf(all)), config: sources[0]!.record.config, silentMs: Math.max(0, Date.now() - writtenMs) };
}

/** As scripts read it: times in seconds. */
function jsonOf(folders: readonly string[], { config, stages, shards, bytes, silentMs, restMs }: Status) {
  const isComplete = stages.every(({ missing }) => missing.length === 0);
  return {
    folders,
    complete: false,
    computed: isComplete,
    repeats: config.repeats,
    stages,
    shards: shards.map(({ shard: { index, of }, started, stages: own }) => {
      return { index, of, started: started ?? null, stages: own };
    }),
    bytes,
    silentSeconds: silentMs / 1000,
    restSeconds: restMs === undefined ? null : restMs / 1000,
  };
}

async function status(folders: readonly string[], { json }: StatusOptions): Promise<void> {
  for (const folder of folders) await folderSource(folder).list(); // Says what is wrong with one that is not there.
  if ((await Promise.all(folders.map(hasGrid))).includes(true)) {
    const found = await gridStatus(folders);
    if (json === true) await printJson(gridStatusJson(folders, found));
    else await print(`${gridStatusLines(found).join("\n")}\n`);
    return;
  }
  if (folders.length === 1 && (await hasStudy(folders[0]!))) {
    if (json === true) await printJson({ folders, complete: true });
    else await print(`${folders[0]} is complete: study.json is there\n`);
    return;
  }
  const found = await statusOf(folders);
  if (json === true) await printJson(jsonOf(folders, found));
  else await print(`${statusLines(found).join("\n")}\n`);
}

export function completeStatus(command: Command): void {
  argumentOf(command, "--out of a run, an analysis or a grid, or of its shards");
  under(command, "results").option("--json", "as JSON");
  addMessageOptions(command, {}).action((folders: string[], options: StatusOptions) => status(folders, options));
  withExamples(command, "status", [
    { what: "How far has it come?", line: "status results/first" },
    { what: "Shards with a folder each, for a script", line: "status shards/1 shards/2 --json" },
  ]);
}
