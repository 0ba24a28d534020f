/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A draw is a pure function of (seed, repeat, stream, position), so repeat r is the same alone or among fifty, and
 * nothing has to be stored to resume.
 */

/** What a draw is for; a new purpose is a new number, never a reused one. */
export const streams = {
  initialisation: 1,
  shuffle: 2,
  randomOrder: 3,
  split: 4,
  randomRanking: 5,
  resampling: 6,
  subsample: 7,
  permutedLabels: 8,
  singleRemovals: 9,
  noisyLabels: 10,
  shapley: 11,
  drawnPairs: 12,
} as const;
export type Stream = (typeof streams)[keyof typeof streams];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Ten rounds of Philox4x32 on `counter` (4 x u32) under `key` (2 x u32); writes the 4 x u32 result into `out`. */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): Uint32Array {
  let c0 = counter[0]! >>> 0;
  let c1 = counter[1]! >>> 0;
  let c2 = counter[2]! >>> 0;
  let c3 = counter[3]! >>> 0;
  let k0 = key[0]! >>> 0;
  let k1 = key[1]! >>> 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

/** A sequence of u32 draws keyed by (seed, repeat) and addressed by (stream, instance); `instance` is an epoch or a draw. */
export class RandomSequence {
  readonly #key: readonly [number, number];
  readonly #counter: [number, number, number, number];
  readonly #block = new Uint32Array(4);
  #used = 4;

  constructor(seed: number, repeat: number, stream: Stream, instance = 0) {
    this.#key = [seed >>> 0, repeat >>> 0];
    this.#counter = [0, instance >>> 0, stream, Math.floor(seed / 2 ** 32)];
  }

  /** The next uniform 32-bit unsigned integer. */
  nextUint32(): number {
    if (this.#used === 4) {
      philox4x32(this.#counter, this.#key, this.#block);
      this.#counter[0]++;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** Uniform on [0, 1) with 24 bits, so that it is exact in float32. */
  nextUnit(): number {
    return (this.nextUint32() >>> 8) / 0x1000000;
  }

  /** Uniform integer in [0, bound), without bias (rejection). */
  nextBelow(bound: number): number {
    const limit = 0x100000000 - (0x100000000 % bound);
    let draw = this.nextUint32();
    while (draw >= limit) draw = this.nextUint32();
    return draw % bound;
  }

  /** A uniformly random permutation of 0..count-1 (Fisher-Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.nextBelow(last + 1);
      const kept = order[last]!;
      order[last] = order[other]!;
      order[other] = kept;
    }
    return order;
  }
}
