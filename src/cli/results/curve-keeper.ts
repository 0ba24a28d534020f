/** Writes the curves of repeats that are swept while others still are, so that a kill costs no more than the last of them. */
import type { Clock, ResultSink } from "../../core/platform.ts";
import { curveFiles } from "../../report/files/result-files.ts";
import type { Ablated } from "../../study.ts";

/** All curves are written anew each time: not before this many times as long has passed as it took the last time. */
const PAUSES = 20;

export class CurveKeeper {
  readonly #sink: ResultSink;
  readonly #clock: Clock;
  readonly #repeats: number;
  readonly #parts: Ablated[] = [];
  #inFile = 0;
  #writing: Promise<void> | undefined;
  #endedAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;

  /** @param repeats of the whole study, whose curves others write */
  constructor(sink: ResultSink, repeats: number, clock: Clock) {
    this.#sink = sink;
    this.#repeats = repeats;
    this.#clock = clock;
  }

  /** Repeats whose curves are in the files. */
  get kept(): number {
    return repeatsOf(this.#parts.slice(0, this.#inFile));
  }

  /** @param failed told of curves that could not be written; they will be written again with the next */
  add(part: Ablated, failed: (error: unknown) => void): void {
    this.#parts.push(part);
    const isDue = this.#clock() - this.#endedAt >= PAUSES * this.#tookMs;
    if (this.#writing !== undefined || !isDue || repeatsOf(this.#parts) === this.#repeats) return;
    this.#write().catch(failed);
  }

  /** Waits for what is being written. */
  async idle(): Promise<void> {
    await this.#writing?.catch(() => {}); // `add` tells of it.
  }

  /** Writes what is not yet in the files. */
  async save(): Promise<void> {
    await this.idle();
    if (this.#inFile < this.#parts.length) await this.#write();
  }

  #write(): Promise<void> {
    const work = async () => {
      const begin = this.#clock();
      const parts = [...this.#parts];
      const curves = parts.flatMap((part) => part.curves);
      const singles = parts.flatMap((part) => part.singles);
      for (const file of curveFiles(curves, singles)) await this.#sink.write(file);
      this.#inFile = parts.length;
      this.#endedAt = this.#clock();
      this.#tookMs = this.#endedAt - begin;
    };
    this.#writing = work().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}

function repeatsOf(parts: readonly Ablated[]): number {
  return new Set(parts.flatMap(({ singles }) => singles.map(({ repeat }) => repeat))).size;
}
