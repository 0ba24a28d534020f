/**
 * Timestamps of a device, turned into what passes took and when that was on the host's clock. Passes of a queue run in
 * order, but some drivers stamp the beginning of a pass while the one before is still at work: what overlaps is given to
 * the earlier one, so that sums never count a moment twice.
 */

/** When a pass ran: nanoseconds since the first timestamp. */
interface PassInterval {
  readonly beginNs: number;
  readonly endNs: number;
}

/** Steps as coarse as those of Dawn (65,536 ns) and Chrome (100,000 ns). */
const COARSE_NS = 50_000;
const NS_PER_MS = 1e6;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

export class DeviceClock {
  #origin: bigint | undefined;
  #lastEndNs = 0;
  /** Greatest common divisor of all differences so far. */
  #stepNs = 0;
  /** Bounds of what is added to device time to get host time: no pass begins before its submit or ends after its read. */
  #earliestMs = Number.NEGATIVE_INFINITY;
  #latestMs = Number.POSITIVE_INFINITY;
  /** Passes whose timestamps were missing or ran backwards. */
  invalid = 0;

  /**
   * Takes the pairs of one submit; submits come in order.
   * @param submittedMs when it was submitted, on the host's clock
   * @param readMs when it was known to be done
   */
  add(pairs: BigUint64Array, submittedMs: number, readMs: number): PassInterval[] {
    const passes: PassInterval[] = [];
    for (let at = 0; at < pairs.length; at += 2) passes.push(this.#pass(pairs[at]!, pairs[at + 1]!));
    const begin = passes[0]!.beginNs / NS_PER_MS;
    const end = passes.at(-1)!.endNs / NS_PER_MS;
    this.#earliestMs = Math.max(this.#earliestMs, submittedMs - begin);
    this.#latestMs = Math.min(this.#latestMs, readMs - end);
    return passes;
  }

  #pass(begin: bigint, end: bigint): PassInterval {
    const written = begin !== 0n && end >= begin;
    if (written) this.#origin ??= begin;
    const beginNs = Number(begin - (this.#origin ?? begin));
    const endNs = Number(end - (this.#origin ?? begin));
    if (!written || endNs < this.#lastEndNs) {
      this.invalid++;
      return { beginNs: this.#lastEndNs, endNs: this.#lastEndNs };
    }
    this.#stepNs = greatestCommonDivisor(greatestCommonDivisor(this.#stepNs, Math.abs(beginNs)), endNs);
    const interval = { beginNs: Math.max(beginNs, this.#lastEndNs), endNs };
    this.#lastEndNs = endNs;
    return interval;
  }

  /** Largest step that all timestamps so far are multiples of, from the first one; 0 before there are two. */
  get resolutionNs(): number {
    return this.#stepNs;
  }

  get quantised(): boolean {
    return this.#stepNs >= COARSE_NS;
  }

  /** Milliseconds on the host's clock. Reading back takes a while, submitting hardly any: the truth is near `latest`. */
  hostMs(ns: number): number {
    const offset = this.#latestMs >= this.#earliestMs ? this.#latestMs : (this.#latestMs + this.#earliestMs) / 2;
    return ns / NS_PER_MS + offset;
  }
}
