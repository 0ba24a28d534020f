/**
 * How much work a submit may hold. Operating systems and browsers kill long dispatches, so one that cannot be cut further
 * (a chunk of samples, a training step) should last no longer than a submit. What a device does in that time is guessed
 * at first and measured while it works.
 */

/** Milliseconds that a submit should last: two are in flight, and 100 is where systems may begin to object. */
export const SUBMIT_MS = 60;

/** Operations a millisecond before anything was measured: two cores of a CPU, a modest GPU. */
const GUESSED_PER_MS = { software: 2e8 / SUBMIT_MS, hardware: 2e10 / SUBMIT_MS };

/**
 * A shorter unit says more about the cost of its dispatches than about the speed of the arithmetic. Those of a GPU cost
 * microseconds. Those of a software adapter can cost milliseconds, so there only a unit that is too long counts.
 */
const TELLING_MS = { software: SUBMIT_MS, hardware: 5 };

export class Pace {
  readonly submitMs: number;
  readonly #tellingMs: number;
  readonly #mostOperations: number;
  #unitOperations: number;

  /** @param share of the usual length of a submit; less after a device was lost */
  constructor(software: boolean, share = 1) {
    const kind = software ? "software" : "hardware";
    this.submitMs = SUBMIT_MS * share;
    this.#tellingMs = TELLING_MS[kind] * share;
    this.#mostOperations = GUESSED_PER_MS[kind] * this.submitMs;
    this.#unitOperations = this.#mostOperations;
  }

  /** Operations (2 a multiply-add) of one unit of work. Never above the guess, so that a plan made from it holds. */
  get unitOperations(): number {
    return this.#unitOperations;
  }

  /** Takes note of a unit of work that has run. The last telling one counts, since the load of a machine changes. */
  observe(operations: number, elapsedMs: number): void {
    if (elapsedMs < this.#tellingMs && operations < this.#unitOperations) return;
    this.#unitOperations = Math.min(this.#mostOperations, (operations / elapsedMs) * this.submitMs);
  }
}
