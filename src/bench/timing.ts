/** Repeated timing of one piece of work: median and spread, after a run that is not counted. */
import type { Clock } from "../core/platform.ts";

export interface Timing {
  readonly medianMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
  readonly runs: number;
}

/** @param runs counted runs; one more goes before, so that shaders are compiled and buffers exist */
export async function timed(clock: Clock, runs: number, work: () => Promise<void>): Promise<Timing> {
  await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = clock();
    await work();
    times.push(clock() - start);
  }
  times.sort((a, b) => a - b);
  const middle = (times.length - 1) / 2;
  const medianMs = (times[Math.floor(middle)]! + times[Math.ceil(middle)]!) / 2;
  return { medianMs, lowestMs: times[0]!, highestMs: times.at(-1)!, runs };
}
