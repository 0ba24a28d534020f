/** `gpu-importance merge`: what shards have left, to the results of one whole run, or of a whole grid. */
import { type Command, Option } from "commander";
import { hasGrid } from "../grid/grid-folder.ts";
import { addMessageOptions } from "../options/device-options.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { text } from "../options/option-values.ts";
import { type MergeOptions, mergedInto } from "../results/merged-study.ts";
import { beginSession } from "../results/session.ts";

/** @throws UsageError, RunError */
async function merge(folders: readonly string[], options: MergeOptions): Promise<void> {
  const areGrids = await Promise.all(folders.map(hasGrid));
  const session = beginSession(options);
  if (!areGrids.includes(true)) return mergedInto(session, folders, options);
  // What grids need takes a while to load.
  const { mergeGrids } = await import("../grid/merge-grids.ts");
  await mergeGrids(session, folders, options);
}

export function completeMerge(command: Command): void {
  argumentOf(command, "--out of the shards of a study or a grid: one that they share, or one each");
  under(command, "results")
    .addOption(
      new Option("--out <folder>", "folder of the results; may be the one that the shards share")
        .argParser(text("a path"))
        .makeOptionMandatory(),
    )
    .option("--mixed-adapters", "take repeats of different adapters, whose bits differ; study.json says which")
    .option("--force", "replace the results in --out")
    .option("--no-report", "make no report")
    .option("--open", "open the report in the default browser");
  addMessageOptions(command, { quiet: "no progress on stderr" }).action((folders: string[], options: MergeOptions) =>
    merge(folders, options),
  );
  withExamples(command, "merge", [
    { what: "Shards that share a folder", line: "merge shards --out shards" },
    { what: "Shards with a folder each", line: "merge shards/1 shards/2 --out results/whole" },
  ]);
}
