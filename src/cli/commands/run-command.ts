/** `gpu-importance run`: data, adapter, study, files, table. */

import { join } from "node:path";
import type { Command } from "commander";
import type { StudyConfig } from "../../core/study.ts";
import type { ShardChoice } from "../../host/shard-of.ts";
import { dataName } from "../../host/study-data.ts";
import { withExamples } from "../options/help.ts";
import { addComputingOptions, addResultOptions } from "../options/result-options.ts";
import { addShardOptions, shardAsked } from "../options/shard-options.ts";
import { addStudyOptions, checkpointOption } from "../options/study-options.ts";
import { addTraceOption } from "../results/profiling.ts";
import { beginSession } from "../results/session.ts";
import { studyIn } from "../results/study-command.ts";
import { StudyMaterial } from "../results/study-material.ts";
import { timeStamp } from "../results/study-output.ts";
import { askedTraining, readyToTrain, type TrainingOptions } from "../results/trained-study.ts";

/** `results/mnist-sigmoid-20260131-235959`; a number follows where two runs begin within a second. */
function defaultOut({ data, activation }: StudyConfig, started: Date): string {
  return join("results", `${dataName(data)}-${activation}-${timeStamp(started)}`);
}

/**
 * Runs a study and writes its files; prints the table on stdout.
 * @throws UsageError, RunError
 */
export async function run(options: TrainingOptions & ShardChoice): Promise<void> {
  const shard = shardAsked(options);
  const asked = askedTraining(options);
  using material = new StudyMaterial();
  const means = { material, isEstimated: shard === undefined };
  const study = { options, shard, defaultOut: (started: Date) => defaultOut(asked.config, started) };
  await studyIn(beginSession(options), study, (place, compute) => readyToTrain(asked, options, means, place, compute));
}

export function completeRun(command: Command): void {
  addShardOptions(addResultOptions(addStudyOptions(command)))
    .addOption(checkpointOption())
    .option("--profile", "say where the time goes; write profile.json");
  addTraceOption(command);
  addComputingOptions(command).action((options: TrainingOptions) => run(options));
  withExamples(command, "run", [
    { what: "A first look, in a minute or two", line: "run --repeats 2 --epochs 5 --stride 5 --open" },
    {
      what: "Fashion-MNIST with ReLU, 20 networks",
      line: "run --data fashion-mnist --activation relu --repeats 20",
    },
  ]);
}
