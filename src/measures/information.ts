/**
 * Entropy and divergence in bits, from counts, with 0 log 0 = 0 (never NaN: a NaN would sort as the largest
 * value). All outcomes are treated alike, so a bit and its complement give equal values to the last bit: with 1 - p
 * instead of the other outcome's own count, ties would be decided by rounding.
 */
import { log2 } from "../core/elementary.ts";

function term(probability: number, ratio: number): number {
  return probability === 0 ? 0 : probability * log2(ratio);
}

/** n log n, bits, of a count. */
export function entropyTerm(count: number): number {
  return term(count, count);
}

/** h2(p) = -p log p - (1 - p) log (1 - p), bits, of p = ones / samples. */
export function binaryEntropy(ones: number, samples: number): number {
  const p = ones / samples;
  const rest = (samples - ones) / samples;
  return Math.max(0, -(term(p, p) + term(rest, rest)));
}

/**
 * d2(q || p), bits: the divergence of a coin of bias q = ones / samples from one of bias p = allOnes / allSamples.
 * Infinite where p excludes what q allows.
 */
export function binaryDivergence(ones: number, samples: number, allOnes: number, allSamples: number): number {
  const outcome = (part: number, all: number) => term(part / samples, (part * allSamples) / (samples * all));
  return Math.max(0, outcome(ones, allOnes) + outcome(samples - ones, allSamples - allOnes));
}

/** H = -sum_l p_l log p_l, bits, of p_l = counts_l / samples; of two counts exactly binaryEntropy. */
export function entropyOf(counts: readonly number[], samples: number): number {
  const sum = counts.reduce((bits, count) => bits + term(count / samples, count / samples), 0);
  return Math.max(0, -sum);
}

/** H(T|Y) = sum_y p_y h2(q_y), bits, of q_y = ones_y / size_y and p_y = size_y over all sizes; classes without samples add nothing. */
export function conditionalEntropy(onesPerClass: readonly number[], samplesPerClass: readonly number[]): number {
  const samples = samplesPerClass.reduce((sum, size) => sum + size, 0);
  return samplesPerClass.reduce(
    (bits, size, label) => (size === 0 ? bits : bits + (size / samples) * binaryEntropy(onesPerClass[label]!, size)),
    0,
  );
}

/**
 * D(q || p) = sum_l q_l log (q_l / p_l), bits, of q_l = counts_l / samples and p_l = allCounts_l / allSamples; of two
 * counts exactly binaryDivergence.
 */
export function divergenceOf(
  counts: readonly number[],
  samples: number,
  allCounts: readonly number[],
  allSamples: number,
): number {
  const outcome = (part: number, all: number) => term(part / samples, (part * allSamples) / (samples * all));
  return Math.max(
    0,
    counts.reduce((bits, count, level) => bits + outcome(count, allCounts[level]!), 0),
  );
}
