/** `gpu-importance run`: data, adapter, study, files, table. */

import { join } from "node:path";
import { type Command, Option } from "commander";
import { layerActivation } from "../../core/activation.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { StudyConfig } from "../../core/study.ts";
import { requireTrainable } from "../../data/splits/require-trainable.ts";
import { studyEstimates } from "../../estimate.ts";
import type { Devices } from "../../gpu/device/devices.ts";
import { inStage } from "../../gpu/profile/profiler.ts";
import { clock } from "../../host/clock.ts";
import { given } from "../../host/given.ts";
import { type DeviceChoice, openDevices } from "../../host/open-device.ts";
import { partOriginOf, provenanceOf } from "../../host/provenance.ts";
import type { ShardChoice } from "../../host/shard-of.ts";
import { dataName, readStudyData } from "../../host/study-data.ts";
import { allowedMeasures } from "../../measures/measure-choice.ts";
import type { ResultsFolder } from "../../platform/node/results-folder.ts";
import type { ShardFolder } from "../../platform/node/shard-folder.ts";
import type { Shard } from "../../study/jobs.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { print } from "../display/standard-streams.ts";
import { withExamples } from "../options/help.ts";
import { addComputingOptions, addResultOptions } from "../options/result-options.ts";
import { addShardOptions, shardAsked } from "../options/shard-options.ts";
import { addStudyOptions, numbers, studyConfig } from "../options/study-options.ts";
import { budgeted } from "../results/budgeted.ts";
import { addTraceOption, beginProfiling, profiledSink, profileText, studySubject } from "../results/profiling.ts";
import { computedShard, withShard } from "../results/shard-study.ts";
import { type OutputOptions, showDataset, timeStamp, withResults } from "../results/study-output.ts";
import { isBegunIn, openStudyStore, type StoreFolder } from "../results/study-store.ts";
import type { CourseOptions } from "../results/watched-course.ts";
import { closeResults, writtenStudy } from "../results/written-study.ts";

interface RunOptions extends StudyConfig, DeviceChoice, OutputOptions, CourseOptions, ShardChoice {
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
  const shard = shardAsked(options);
  const asked = studyConfig(options);
  const { names: measures, notes } = allowedMeasures(asked.measures, [layerActivation(asked.activation)]);
  const config = { ...asked, measures };
  const started = new Date();
  const tellNotes = ({ line }: ProgressDisplay) => {
    for (const note of notes) line(`measures: ${note}`);
  };
  if (shard !== undefined) {
    await withShard(shard, options, async (folder, display) => {
      tellNotes(display);
      await ready(options, config, { folder, display }, (study) =>
        oneShard(study, { options, folder, display, started, shard: shard.shard }),
      );
    });
    return;
  }
  const to = { ...given({ out: options.out }), otherwise: defaultOut(config, started) };
  await withResults(to, options, started, async (folder, display) => {
    tellNotes(display);
    await ready(options, config, { folder, display }, (study) => whole(study, { options, folder, display, started }));
  });
}

/** What a study is computed with. */
interface ReadyStudy {
  readonly devices: Devices;
  readonly dataset: Dataset;
  readonly config: StudyConfig;
  readonly profiling: Awaited<ReturnType<typeof beginProfiling>>;
  /** Milliseconds of the stages before. */
  readonly elapsedMs: { readonly data: number; readonly adapter: number };
}

/** Reads data and opens a device for a study, which is computed before they are given back. */
async function ready(
  options: RunOptions,
  asked: StudyConfig,
  { folder, display }: Pick<RunPlace<StoreFolder>, "folder" | "display">,
  compute: (study: ReadyStudy) => Promise<void>,
): Promise<void> {
  const profiling = await beginProfiling(options);
  const begin = clock();
  const dataset = await inStage({ ...profiling }, "data", () => readStudyData(asked, display.line));
  requireTrainable(dataset, "run");
  const data = clock() - begin;
  showDataset(dataset, display);
  using devices = await inStage({ ...profiling }, "adapter", () => openDevices(options, display, profiling));
  const adapter = clock() - begin - data;
  // Trials compile kernels, which a profile reports by their first use, and with what they cost.
  const told = options.quiet !== true && profiling === undefined && options.shard === undefined;
  const estimate = (own: StudyConfig) => studyEstimates(devices, dataset, own, clock);
  const origin = partOriginOf(devices, dataset);
  const isBegun = (own: StudyConfig) => isBegunIn(folder, options, { config: own, origin, dataset });
  const tell = told ? display.line : undefined;
  const config = await budgeted(asked, options.minutes, { estimate, tell, isBegun });
  await compute({ devices, dataset, config, profiling, elapsedMs: { data, adapter } });
}

interface RunPlace<Folder> {
  readonly options: RunOptions;
  readonly folder: Folder;
  readonly display: ProgressDisplay;
  readonly started: Date;
}

async function whole(
  { devices, dataset, config, profiling, elapsedMs }: ReadyStudy,
  place: RunPlace<ResultsFolder>,
): Promise<void> {
  const { options, folder, display, started } = place;
  const { parts, course } = await openStudyStore({ config, origin: partOriginOf(devices, dataset), dataset }, place);
  const to = { options, folder, sink: profiledSink(folder, profiling), display, course };
  const written = await writtenStudy({ devices, dataset, parts, clock }, to);
  const provenance = provenanceOf(devices, started, { ...elapsedMs, ...written.elapsedMs }, written.costs);
  const profile = profiling && (await profiling.end(devices.current, studySubject(dataset, config)));
  await closeResults(written, provenance, to, profile);
  if (profile) await print(`\n${profileText(profile)}`);
}

async function oneShard(
  { devices, dataset, config }: ReadyStudy,
  place: RunPlace<ShardFolder> & { readonly shard: Shard },
): Promise<void> {
  const store = await openStudyStore({ config, origin: partOriginOf(devices, dataset), dataset }, place);
  await computedShard({ devices, dataset, clock }, { ...place, store });
}

export function completeRun(command: Command): void {
  addShardOptions(addResultOptions(addStudyOptions(command)))
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
