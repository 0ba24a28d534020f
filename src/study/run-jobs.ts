/**
 * The one loop that computes: jobs whose parts are not in the store are done, stage by stage, as many at a time as the device
 * takes, and their parts are kept before the next begin. Memory holds what is at work, however many repeats there are.
 */
import type { ProgressListener } from "../core/progress.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { Devices } from "../gpu/device/devices.ts";
import { type StagePlan, stageText } from "../plan.ts";
import { type Job, type JobStage, jobStages } from "./jobs.ts";
import type { PartKind } from "./part-names.ts";
import type { PartValues } from "./part-values.ts";
import type { StudyParts } from "./study-parts.ts";

/** What a job yields: a part of its repeat, and of its slice. */
export type Yield = {
  [K in PartKind]: { readonly job: Job; readonly kind: K; readonly value: PartValues[K] };
}[PartKind];

/** Jobs that are done together, among all of their stage that were not done before. */
export interface Group {
  readonly jobs: readonly Job[];
  /** Jobs of the stage whose parts are there. */
  readonly finished: number;
  /** Those that come later. */
  readonly waiting: readonly Job[];
}

/** How the jobs of a stage are done. What it keeps on a device goes with it. */
export interface Stage extends Disposable {
  /** As messages say it: `training`. */
  readonly doing: string;
  /** Told of the jobs that are to be done, before anything else is asked. */
  begin?(missing: readonly Job[]): Promise<void>;
  /** What so many networks take that are still to come; the first of its portions says how many are done together. */
  plan(gpu: GpuContext, networks: number): StagePlan;
  /** Jobs of at most so many networks, from the first one on, that are done together. */
  together(waiting: readonly Job[], networks: number): readonly Job[];
  run(gpu: GpuContext, group: Group): Promise<readonly Yield[]>;
  /** Told of jobs whose parts are in the store now. */
  kept?(jobs: readonly Job[]): Promise<void>;
  /** Told how many jobs of all are done, before the first and after each group. */
  told?(finished: number, all: number): void;
}

/** Does the work of a stage and keeps its time. */
export type Timed = <T>(
  stage: JobStage,
  work: () => Promise<T>,
) => Promise<{ readonly result: T; readonly tookMs: number }>;

export interface JobsObserver {
  readonly onProgress?: ProgressListener;
  /** Told of jobs that were done before. */
  onFound?(stage: JobStage, jobs: readonly Job[]): void;
  /**
   * Told of jobs whose parts are in the store: of those that were done before, then of each group.
   * @param tookMs milliseconds that a group took; undefined for those that were done before
   */
  onJobs?(stage: JobStage, jobs: readonly Job[], tookMs?: number): Promise<void>;
  /** Told when all jobs of a stage are done. */
  onStage?(stage: JobStage): Promise<void>;
}

interface JobsWork {
  readonly devices: Devices;
  readonly parts: StudyParts;
  readonly stages: Readonly<Record<JobStage, () => Stage>>;
  readonly timed: Timed;
  readonly observer: JobsObserver;
  /** Networks that are worked on together at most, where somebody waits for each; absent: as many as the device takes. */
  readonly atOnce?: number;
}

/** `repeat 3`, `repeats 0 to 4`, `repeats 0, 2`. */
function named(jobs: readonly Job[]): string {
  const repeats = [...new Set(jobs.map(({ repeat }) => repeat))];
  const [first, last] = [repeats[0]!, repeats.at(-1)!];
  if (repeats.length === 1) return `repeat ${first}`;
  const isWhole = last - first === repeats.length - 1;
  return isWhole ? `repeats ${first} to ${last}` : `repeats ${repeats.join(", ")}`;
}

/** Jobs whose parts are in the store whole, and the others. */
async function divided(parts: StudyParts, jobs: readonly Job[]) {
  const [there, missing]: [Job[], Job[]] = [[], []];
  for (const job of jobs) {
    ((await parts.isDone(job)) ? there : missing).push(job);
  }
  return { there, missing };
}

/** Does the first of the jobs that wait, as many as fit together. @returns those that were done */
async function doGroup(
  { devices, parts, atOnce = Number.POSITIVE_INFINITY }: JobsWork,
  stage: Stage,
  waiting: readonly Job[],
  finished: number,
): Promise<readonly Job[]> {
  const { jobs, yields } = await devices.attempt((gpu) => {
    const plan = stage.plan(gpu, new Set(waiting.map(({ repeat }) => repeat)).size);
    const own = stage.together(waiting, Math.min(plan.portions[0]!.count, atOnce));
    const group = { jobs: own, finished, waiting: waiting.slice(own.length) };
    const run = async () => ({ jobs: own, yields: await stage.run(gpu, group) });
    return { doing: `${stage.doing} ${named(own)}`, plan: stageText(plan), run };
  });
  await Promise.all(yields.map(({ job, kind, value }) => parts.write(kind, job.repeat, value, job.slice)));
  await stage.kept?.(jobs);
  return jobs;
}

async function runStage(work: JobsWork, name: JobStage, jobs: readonly Job[]): Promise<void> {
  const { parts, timed, observer } = work;
  using stage = work.stages[name]();
  const { there, missing } = await divided(parts, jobs);
  let finished = there.length;
  if (there.length > 0) {
    observer.onFound?.(name, there);
    await observer.onJobs?.(name, there);
  }
  await stage.begin?.(missing);
  stage.told?.(finished, jobs.length);
  for (let waiting: readonly Job[] = missing; waiting.length > 0; ) {
    const { result: done, tookMs } = await timed(name, () => doGroup(work, stage, waiting, finished));
    waiting = waiting.slice(done.length);
    finished += done.length;
    stage.told?.(finished, jobs.length);
    await observer.onJobs?.(name, done, tookMs);
  }
}

/**
 * Does the jobs that are not done, each stage after those before it.
 * @throws RunError where training diverges, a loss is not finite, a part cannot be kept, or the device fails; what was done by then
 * is in the store.
 */
export async function runJobs(work: JobsWork, jobs: readonly Job[]): Promise<void> {
  for (const stage of jobStages) {
    const own = jobs.filter((job) => job.stage === stage);
    if (own.length === 0) continue;
    await runStage(work, stage, own);
    await work.observer.onStage?.(stage);
  }
}
