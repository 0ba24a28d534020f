/** Exact twin of shaders/pairs.wgsl, and the same counts without packing. */

/**
 * both[u, v, c] = sum_w popcount( bits[u, w] & other_bits[v, w] & class_bits[c, w] ), for every neuron of a layer with every one of
 * another.
 * @param bits [units, words]
 * @param other_bits [other_units, words]
 * @param class_bits [classes, words]
 */
export function countPairs(
  bits: ArrayLike<number>,
  other_bits: ArrayLike<number>,
  class_bits: ArrayLike<number>,
  words: number,
): Uint32Array {
  const [units, others, classes] = [bits.length / words, other_bits.length / words, class_bits.length / words];
  const both = new Uint32Array(units * others * classes);
  for (let u = 0; u < units; u++) {
    for (let v = 0; v < others; v++) {
      for (let c = 0; c < classes; c++) {
        for (let w = 0; w < words; w++) {
          let left = bits[u * words + w]! & other_bits[v * words + w]! & class_bits[c * words + w]!;
          for (; left !== 0; left &= left - 1) both[(u * others + v) * classes + c]!++;
        }
      }
    }
  }
  return both;
}

/**
 * both[u, v, c] = #{ s of class c : activations[s, u] > threshold and other_activations[s, v] > threshold }: the definition, with no bits.
 * @param activations [samples, units]
 * @param other_activations [samples, other_units]
 */
export function bothPerClass(
  activations: ArrayLike<number>,
  other_activations: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  threshold: number,
): Uint32Array {
  const [units, others] = [activations.length / labels.length, other_activations.length / labels.length];
  const both = new Uint32Array(units * others * classes);
  for (let s = 0; s < labels.length; s++) {
    for (let u = 0; u < units; u++) {
      if (!(activations[s * units + u]! > threshold)) continue;
      for (let v = 0; v < others; v++) {
        if (other_activations[s * others + v]! > threshold) both[(u * others + v) * classes + labels[s]!]!++;
      }
    }
  }
  return both;
}
