/** Exact twin of shaders/histogram.wgsl, and the same counts and means without packing. */
const WORD = 32;

interface PackedBits {
  /** [units, words]: bit b of word w is [activations[32 w + b, u] > threshold]. */
  readonly bits: Uint32Array;
  /** [units, words, 2]: the block's first activation, and the sum of the others' deviations from it. */
  readonly blocks: Float64Array;
}

/** @param activations [samples, units] */
export function packBits(activations: ArrayLike<number>, units: number, threshold: number): PackedBits {
  const samples = activations.length / units;
  const words = Math.ceil(samples / WORD);
  const bits = new Uint32Array(units * words);
  const blocks = new Float64Array(units * words * 2);
  for (let s = 0; s < samples; s++) {
    const word = Math.floor(s / WORD);
    for (let u = 0; u < units; u++) {
      const slot = u * words + word;
      const value = activations[s * units + u]!;
      if (s % WORD === 0) blocks[2 * slot] = value;
      blocks[2 * slot + 1]! += value - blocks[2 * slot]!;
      if (value > threshold) bits[slot]! |= 1 << (s % WORD);
    }
  }
  return { bits, blocks };
}

/**
 * counts[u, c] = sum_w popcount( bits[u, w] & class_bits[c, w] ).
 * @param bits [units, words]
 * @param class_bits [classes, words]
 */
export function countOnes(
  bits: ArrayLike<number>,
  class_bits: ArrayLike<number>,
  units: number,
  classes: number,
): Uint32Array {
  const words = bits.length / units;
  const counts = new Uint32Array(units * classes);
  for (let u = 0; u < units; u++) {
    for (let c = 0; c < classes; c++) {
      for (let s = 0; s < words * WORD; s++) {
        const word = Math.floor(s / WORD);
        const both = bits[u * words + word]! & class_bits[c * words + word]!;
        counts[u * classes + c]! += (both >>> (s % WORD)) & 1;
      }
    }
  }
  return counts;
}

/** counts[u, c] = #{ s of class c : activations[s, u] > threshold }: the definition, with no bits. */
export function onesPerClass(
  activations: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  threshold: number,
): Uint32Array {
  const units = activations.length / labels.length;
  const counts = new Uint32Array(units * classes);
  for (let s = 0; s < labels.length; s++) {
    for (let u = 0; u < units; u++) {
      if (activations[s * units + u]! > threshold) counts[u * classes + labels[s]!]!++;
    }
  }
  return counts;
}

/** [units]: mean activation over the samples. */
export function meanActivations(activations: ArrayLike<number>, units: number): Float64Array {
  const samples = activations.length / units;
  const means = new Float64Array(units);
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) means[u]! += activations[s * units + u]!;
  }
  return means.map((sum) => sum / samples);
}
