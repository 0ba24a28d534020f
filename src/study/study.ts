/** A whole study: its jobs, done; its parts, put together. Plain data in and out; no platform code. */
import type { AnyDataset, Dataset } from "../core/dataset.ts";
import { appendAll } from "../core/long-arrays.ts";
import type { Clock } from "../core/platform.ts";
import type { Stage } from "../core/progress.ts";
import {
  isTrained,
  type MeasuringCost,
  type RecordedConfig,
  type StudyConfig,
  type StudyResults,
} from "../core/study.ts";
import type { Devices } from "../gpu/device/devices.ts";
import { inStage } from "../gpu/profile/profiler.ts";
import { analysisPlan, requireRoom, type StudyPlan, sizeOf, studyPlan } from "../plan.ts";
import { guessLossOn } from "../train/learning.ts";
import { ablateStage } from "./ablate-stage.ts";
import { assembled, wholeResults } from "./assemble.ts";
import { type Job, jobsOf, repeatsOf } from "./jobs.ts";
import { measureStage } from "./measure-stage.ts";
import { MeasuringCosts } from "./measuring-costs.ts";
import { MemoryParts } from "./memory-parts.ts";
import { type JobsObserver, runJobs, type Timed } from "./run-jobs.ts";
import { type GivenParts, StudyParts } from "./study-parts.ts";
import { type TrainingWatcher, trainStage } from "./train-stage.ts";
import { measuringWarnings, trainingWarnings } from "./warnings.ts";

/** Everything computed; files and reports are made from it. */
export interface StudyOutcome extends Omit<StudyResults, "config" | "dataset" | "provenance"> {
  readonly elapsedMs: Readonly<Partial<Record<Stage, number>>>;
  /** Of evidence, as it was gathered. */
  readonly costs: readonly MeasuringCost[];
}

/** Told of a study while it is computed. */
export interface StudyObserver extends JobsObserver, TrainingWatcher {
  onPlan?(plan: StudyPlan): void;
  /** Told at once of what will stand in the outcome's `warnings`. */
  onWarning?(warning: string): void;
}

/** What a study is computed with. */
export interface StudyWork {
  readonly devices: Devices;
  /** With its inputs as the networks take them; whole splits where networks are trained. */
  readonly dataset: AnyDataset;
  readonly parts: StudyParts;
  readonly clock: Clock;
  /** As `JobsWork` has it. */
  readonly atOnce?: number;
  /** Keeps what the evidence of measures takes. */
  readonly costs?: MeasuringCosts;
}

/** Parts in memory, of a study that nobody goes on with: who made them does not matter. */
export function partsInMemory(
  devices: Devices,
  dataset: AnyDataset,
  config: RecordedConfig,
  given: GivenParts = {},
): StudyParts {
  const { facts, tiles } = devices.current;
  const origin = { package: "", dawn: "", adapter: facts, tiles, dataset };
  return new StudyParts({ ...given, store: new MemoryParts(), config, origin });
}

/** How a study went; its results are in its parts. */
export interface StudyCourse {
  readonly elapsedMs: StudyOutcome["elapsedMs"];
  readonly costs: StudyOutcome["costs"];
  readonly warnings: readonly string[];
}

function stageTimer(devices: Devices, clock: Clock) {
  const elapsedMs: Partial<Record<Stage, number>> = {};
  const timed: Timed = async (stage, work) => {
    const start = clock();
    const result = await inStage(devices.current, stage, work);
    const tookMs = clock() - start;
    elapsedMs[stage] = (elapsedMs[stage] ?? 0) + tookMs;
    return { result, tookMs };
  };
  return { timed, elapsedMs };
}

/**
 * Does those of the jobs that are not done. Where a device is lost, the group that it worked on is done again on the next.
 * @returns milliseconds of each stage that had something to do
 * @throws RunError as `runJobs` does
 */
export async function doJobs(
  { devices, dataset, parts, clock, atOnce, costs }: StudyWork,
  jobs: readonly Job[],
  observer: JobsObserver & TrainingWatcher = {},
): Promise<StudyOutcome["elapsedMs"]> {
  const { timed, elapsedMs } = stageTimer(devices, clock);
  const stages = {
    train: () => trainStage(dataset as Dataset, parts.config as StudyConfig, observer),
    measure: () => measureStage(dataset, parts, { onProgress: observer.onProgress, timed: costs?.timed }),
    ablate: () => ablateStage(dataset, parts, observer.onProgress),
  };
  await runJobs({ devices, parts, stages, timed, observer, ...(atOnce !== undefined && { atOnce }) }, jobs);
  return elapsedMs;
}

/**
 * Computes a study, or the share of it that the jobs are.
 * @throws RunError where it does not fit the device, and as `runJobs` does; UsageError never (the configuration is valid by then).
 */
export async function computeStudy(
  work: StudyWork,
  jobs: readonly Job[],
  observer: StudyObserver = {},
): Promise<StudyCourse> {
  const { devices, dataset, parts } = work;
  const { config } = parts;
  const size = sizeOf(dataset);
  const plan = isTrained(config)
    ? studyPlan(devices.current, size, config)
    : analysisPlan(devices.current, size, config);
  observer.onPlan?.(plan);
  requireRoom(plan);
  const warnings: string[] = [];
  const costs = new MeasuringCosts(work.clock);
  const known = { guessLoss: guessLossOn(dataset), validation: dataset.validation.count };
  const elapsedMs = await doJobs({ ...work, costs }, jobs, {
    ...observer,
    async onStage(stage) {
      await observer.onStage?.(stage);
      if (stage === "ablate") return;
      const done = jobs.filter((job) => job.stage === stage).map(({ repeat }) => repeat);
      const found = await (stage === "train" ? trainingWarnings : measuringWarnings)(parts, done, known);
      for (const warning of found) observer.onWarning?.(warning);
      appendAll(warnings, found);
    },
  });
  return { elapsedMs, costs: costs.list(), warnings };
}

/** A study that was computed whole, in memory. */
export async function wholeOutcome(work: StudyWork, observer: StudyObserver): Promise<StudyOutcome> {
  const { config } = work.parts;
  const { elapsedMs, costs, warnings } = await computeStudy(work, jobsOf(config), observer);
  const results = await wholeResults(assembled(work.parts, repeatsOf(config.repeats)));
  return { ...results, elapsedMs, costs, ...(warnings.length > 0 && { warnings }) };
}

/**
 * Runs the study that `config` describes, in memory.
 * @throws RunError, as `computeStudy` does.
 */
export async function runStudy(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  clock: Clock,
  observer: StudyObserver = {},
): Promise<StudyOutcome> {
  const parts = partsInMemory(devices, dataset, config);
  return wholeOutcome({ devices, dataset, parts, clock }, observer);
}
