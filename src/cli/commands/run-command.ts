/** `gpu-importance run`: data, adapter, study, files, table. */

import { join } from "node:path";
import { type Command, Option } from "commander";
import { layerActivation } from "../../core/activation.ts";
import type { StudyConfig } from "../../core/study.ts";
import { requireTrainable } from "../../data/splits/require-trainable.ts";
import { studyEstimates } from "../../estimate.ts";
import { inStage } from "../../gpu/profile/profiler.ts";
import { clock } from "../../host/clock.ts";
import { given } from "../../host/given.ts";
import { type DeviceChoice, openDevices } from "../../host/open-device.ts";
import { partOriginOf, provenanceOf } from "../../host/provenance.ts";
import { dataName, readStudyData } from "../../host/study-data.ts";
import { allowedMeasures } from "../../measures/measure-choice.ts";
import type { ResultsFolder } from "../../platform/node/results-folder.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { print } from "../display/standard-streams.ts";
import { withExamples } from "../options/help.ts";
import { addComputingOptions, addResultOptions } from "../options/result-options.ts";
import { addStudyOptions, numbers, studyConfig } from "../options/study-options.ts";
import { budgeted } from "../results/budgeted.ts";
import { addTraceOption, beginProfiling, profiledSink, profileText, studySubject } from "../results/profiling.ts";
import { type OutputOptions, showDataset, timeStamp, withResults } from "../results/study-output.ts";
import type { CourseOptions } from "../results/watched-course.ts";
import { closeResults, isBegunIn, partsIn, writtenStudy } from "../results/written-study.ts";

interface RunOptions extends StudyConfig, DeviceChoice, OutputOptions, CourseOptions {
  readonly out?: string;
  readonly profile?: boolean;
  /** Path of a trace; implies a profile. */
  readonly trace?: string;
  /** Steps and draws are as fine as so many minutes allow, whatever was asked for. */
  readonly minutes?: number;
}

/** `results/mnist-sigmoid-20260131-235959`; a number follows where two runs begin within a second. */
function defaultOut({ data, activation }: StudyConfig, started: Date): string {
  return join("results", `${dataName(data)}-${activation}-${timeStamp(started)}`);
}

/**
 * Runs a study and writes its files; prints the table on stdout.
 * @throws UsageError, RunError
 */
export async function run(options: RunOptions): Promise<void> {
  const asked = studyConfig(options);
  const { names: measures, notes } = allowedMeasures(asked.measures, [layerActivation(asked.activation)]);
  const config = { ...asked, measures };
  const started = new Date();
  const to = { ...given({ out: options.out }), otherwise: defaultOut(config, started) };
  await withResults(to, options, started, async (folder, display) => {
    for (const note of notes) display.line(`measures: ${note}`);
    await study(options, config, started, folder, display);
  });
}

async function study(
  options: RunOptions,
  asked: StudyConfig,
  started: Date,
  folder: ResultsFolder,
  display: ProgressDisplay,
): Promise<void> {
  const profiling = await beginProfiling(options);
  const begin = clock();
  const dataset = await inStage({ ...profiling }, "data", () => readStudyData(asked, display.line));
  requireTrainable(dataset, "run");
  const dataMs = clock() - begin;
  showDataset(dataset, display);
  using devices = await inStage({ ...profiling }, "adapter", () => openDevices(options, display, profiling));
  const adapterMs = clock() - begin - dataMs;
  // Trials compile kernels, which a profile reports by their first use, and with what they cost.
  const told = options.quiet !== true && profiling === undefined;
  const estimate = (own: StudyConfig) => studyEstimates(devices, dataset, own, clock);
  const origin = partOriginOf(devices, dataset);
  const isBegun = (own: StudyConfig) => isBegunIn(folder, options, { config: own, origin });
  const tell = told ? display.line : undefined;
  const config = await budgeted(asked, options.minutes, { estimate, tell, isBegun });
  const place = { options, folder, sink: profiledSink(folder, profiling), display };
  const parts = await partsIn(folder, { options, display }, { config, origin });
  const written = await writtenStudy({ devices, dataset, parts, clock }, place);
  const elapsedMs = { data: dataMs, adapter: adapterMs, ...written.elapsedMs };
  const provenance = provenanceOf(devices, started, elapsedMs, written.costs);
  const profile = profiling && (await profiling.end(devices.current, studySubject(dataset, config)));
  await closeResults(written, provenance, place, profile);
  if (profile) await print(`\n${profileText(profile)}`);
}

export function completeRun(command: Command): void {
  addResultOptions(addStudyOptions(command))
    .addOption(
      new Option(
        "--checkpoint-seconds <n>",
        "between two checkpoints of training; 0: every epoch (default: 60)",
      ).argParser(numbers("checkpointSeconds")),
    )
    .option("--profile", "say where the time goes; write profile.json");
  addTraceOption(command);
  addComputingOptions(command).action((options: RunOptions) => run(options));
  withExamples(command, "run", [
    { what: "A first look, in a minute or two", line: "run --repeats 2 --epochs 5 --stride 5 --open" },
    {
      what: "Fashion-MNIST with ReLU, 20 networks",
      line: "run --data fashion-mnist --activation relu --repeats 20",
    },
  ]);
}
