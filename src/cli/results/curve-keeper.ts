/**
 * Writes the curves of repeats that are swept while others still are, so that a kill leaves tables of those that are done, not
 * parts alone.
 */
import type { Clock, ResultSink } from "../../core/platform.ts";
import type { ResultsByRepeat } from "../../core/study.ts";
import { streamedCurves } from "../../report/files/result-files.ts";

/** All curves are written anew each time: not before this many times as long has passed as it took the last time. */
const PAUSES = 20;

export class CurveKeeper {
  readonly #sink: ResultSink;
  readonly #clock: Clock;
  readonly #results: ResultsByRepeat;
  readonly #swept: number[] = [];
  #inFile = 0;
  #writing: Promise<void> | undefined;
  #endedAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;

  /** @param results of the whole study, whose curves others write */
  constructor(sink: ResultSink, results: ResultsByRepeat, clock: Clock) {
    this.#sink = sink;
    this.#results = results;
    this.#clock = clock;
  }

  /** Repeats whose curves are in the files. */
  get kept(): number {
    return this.#inFile;
  }

  /** @param failed told of curves that could not be written; they will be written again with the next */
  add(repeats: readonly number[], failed: (error: unknown) => void): void {
    for (const repeat of repeats) this.#swept.push(repeat);
    const isDue = this.#clock() - this.#endedAt >= PAUSES * this.#tookMs;
    const isWhole = this.#swept.length === this.#results.repeats.length;
    if (this.#writing !== undefined || !isDue || isWhole) return;
    this.#write().catch(failed);
  }

  /** Waits for what is being written. */
  async idle(): Promise<void> {
    await this.#writing?.catch(() => {}); // `add` tells of it.
  }

  /** Writes what is not yet in the files. */
  async save(): Promise<void> {
    await this.idle();
    if (this.#inFile < this.#swept.length) await this.#write();
  }

  #write(): Promise<void> {
    const work = async () => {
      const begin = this.#clock();
      const repeats = this.#swept.toSorted((a, b) => a - b);
      for (const file of await streamedCurves(this.#results, repeats)) await this.#sink.write(file);
      this.#inFile = repeats.length;
      this.#endedAt = this.#clock();
      this.#tookMs = this.#endedAt - begin;
    };
    this.#writing = work().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}
