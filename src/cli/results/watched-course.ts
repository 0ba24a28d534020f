/** A study while it is computed by a command: what is shown of it, and its training kept on the way and when a signal comes. */
import { isTrained } from "../../core/study.ts";
import { Checkpoints } from "../../study/checkpoints.ts";
import type { CourseKeeper } from "../../study/course.ts";
import type { Job, JobStage } from "../../study/jobs.ts";
import { computeStudy, type StudyCourse, type StudyObserver, type StudyWork } from "../../study/study.ts";
import { planLines } from "../display/plan-text.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { saveOnSignal } from "./interruption.ts";

export interface CourseOptions {
  /** Show the plan. */
  readonly verbose?: boolean;
  /** Between two checkpoints of training. */
  readonly checkpointSeconds?: number;
}

/** Says what an earlier run has left of a stage. */
function foundText(stage: JobStage, found: number, all: number): string {
  const done = { train: "trained", measure: "measured", ablate: "ablated" }[stage];
  return `parts:   ${found} of ${all} networks were ${done} by an earlier run`;
}

/** `parts:   training of 3 networks goes on behind epoch 12 of 50`. */
function resumedText(epochs: readonly number[], of: number | undefined): string {
  const [least, most] = [epochs.toSorted((a, b) => a - b)[0]!, epochs.toSorted((a, b) => b - a)[0]!];
  const behind = least === most ? `epoch ${least}` : `epochs ${least} to ${most}`;
  return `parts:   training of ${epochs.length} network${epochs.length === 1 ? "" : "s"} goes on behind ${behind} of ${of}`;
}

interface CourseWatch {
  readonly options: CourseOptions;
  readonly display: ProgressDisplay;
  readonly course: CourseKeeper;
}

/** Computes those of the jobs that are not done. @throws as `computeStudy` does */
export async function watchedCourse(
  work: StudyWork,
  jobs: readonly Job[],
  { options, display, course: keeper }: CourseWatch,
  { onJobs, onStage }: Pick<StudyObserver, "onJobs" | "onStage">,
): Promise<StudyCourse> {
  const { config } = work.parts;
  const { checkpointSeconds } = options;
  const everyMs = checkpointSeconds === undefined ? undefined : 1000 * checkpointSeconds;
  const checkpoints = new Checkpoints(work.parts, work.clock, everyMs);
  const forget = saveOnSignal(() => checkpoints.soon());
  const course = await computeStudy(work, jobs, {
    checkpoints,
    onProgress: display.show,
    onPlan(plan) {
      for (const line of options.verbose === true ? planLines(plan) : []) display.line(line);
      display.begin(isTrained(config) ? "train" : "measure");
    },
    onWarning: display.warn,
    onFound: (stage, found) =>
      display.line(foundText(stage, found.length, jobs.filter((job) => job.stage === stage).length)),
    onResumed: (_, epochs) => display.line(resumedText(epochs, config.epochs)),
    async onJobs(stage, done, tookMs) {
      await onJobs?.(stage, done);
      await keeper.add(stage, done.length, tookMs);
    },
    async onStage(stage) {
      if (stage === "train") display.begin("measure");
      await onStage?.(stage);
      if (stage === "measure") display.begin("ablate");
    },
  }).finally(forget);
  await keeper.addCosts(course.costs);
  display.end();
  return course;
}
