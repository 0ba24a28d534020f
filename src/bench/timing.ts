/** Repeated timing of one piece of work: median and spread, after a run that is not counted. */
import type { Clock } from "../core/platform.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type Recorder, submit } from "../gpu/device/recorder.ts";

export interface Timing {
  readonly medianMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
  readonly lowerQuartileMs: number;
  readonly upperQuartileMs: number;
  /** Counted runs. */
  readonly runs: number;
}

interface TimingOptions {
  /** Stop before `runs` once this much is spent, but not before LEAST_RUNS. Default: never. */
  readonly budgetMs?: number;
}

/** Fewest runs whose spread says something. */
const LEAST_RUNS = 3;
/** A submit should last this long, so that its own cost and the wait for it (about 0.1 ms) do not count. */
const SUBMIT_MS = 20;
const MOST_REPETITIONS = 4096;

/** The value below which `share` of the sorted times lie, interpolated linearly between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
}

/** @param times at least one */
export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    medianMs: quantile(sorted, 0.5),
    lowestMs: sorted[0]!,
    highestMs: sorted.at(-1)!,
    lowerQuartileMs: quantile(sorted, 0.25),
    upperQuartileMs: quantile(sorted, 0.75),
    runs: sorted.length,
  };
}

/** The timing of one of `count` equal parts of the work. */
export function perPart(timing: Timing, count: number): Timing {
  return {
    medianMs: timing.medianMs / count,
    lowestMs: timing.lowestMs / count,
    highestMs: timing.highestMs / count,
    lowerQuartileMs: timing.lowerQuartileMs / count,
    upperQuartileMs: timing.upperQuartileMs / count,
    runs: timing.runs,
  };
}

const MS_AND_GIGA = 1e6;

/** 10^9 a second. */
export function rate(amount: number, elapsedMs: number): number {
  return amount / elapsedMs / MS_AND_GIGA;
}

/** @param runs counted runs; one more goes before, so that shaders are compiled and buffers exist */
export async function timed(
  clock: Clock,
  runs: number,
  work: () => Promise<unknown>,
  options?: TimingOptions,
): Promise<Timing> {
  const [timing] = await timedInTurn(clock, runs, [work], options);
  return timing!;
}

/**
 * Times several pieces of work in turn, run by run, so that whatever else the machine does meanwhile slows all of them
 * alike and their ratios hold.
 * @returns one timing each, of equally many runs; the budget is for all of them together
 */
export async function timedInTurn(
  clock: Clock,
  runs: number,
  works: readonly (() => Promise<unknown>)[],
  { budgetMs = Number.POSITIVE_INFINITY }: TimingOptions = {},
): Promise<Timing[]> {
  for (const work of works) await work();
  const times: number[][] = works.map(() => []);
  let spentMs = 0;
  for (let run = 0; run < runs && (run < LEAST_RUNS || spentMs < budgetMs); run++) {
    for (const [index, work] of works.entries()) {
      const start = clock();
      await work();
      const elapsedMs = clock() - start;
      times[index]!.push(elapsedMs);
      spentMs += elapsedMs;
    }
  }
  return times.map(timingOf);
}

/** Times what `record` records, repeated within a submit until that lasts about SUBMIT_MS; per repetition. */
export async function timedDispatches(
  gpu: GpuContext,
  clock: Clock,
  runs: number,
  label: string,
  record: (to: Recorder) => void,
): Promise<Timing> {
  const run = async (repetitions: number): Promise<void> => {
    submit(gpu, label, (to) => {
      for (let repetition = 0; repetition < repetitions; repetition++) record(to);
    });
    await gpu.finished();
  };
  await run(1); // drivers compile at the first dispatch
  let repetitions = 1;
  for (let lastMs = 0; repetitions < MOST_REPETITIONS; repetitions *= 2) {
    const start = clock();
    await run(repetitions);
    lastMs = clock() - start;
    if (lastMs >= SUBMIT_MS) break;
  }
  return perPart(await timed(clock, runs, () => run(repetitions)), repetitions);
}
