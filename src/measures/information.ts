/**
 * Binary entropy and divergence in bits, from counts, with 0 log 0 = 0 (never NaN: a NaN would sort as the largest
 * value). Both outcomes are treated alike, so a bit and its complement give equal values to the last bit: with 1 - p
 * instead of the other outcome's own count, ties would be decided by rounding.
 */

function term(probability: number, ratio: number): number {
  return probability === 0 ? 0 : probability * Math.log2(ratio);
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
