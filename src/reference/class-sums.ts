/** Twin of shaders/class-sums.wgsl in float64. */

/**
 * sums[u, b, c] = sum over samples s of class c in block b of (d, d d, |t| - |o|, 0), t = activations[s, u], o = activations[0, u],
 * d = t - o.
 * @param activations [samples, units]
 * @param block samples of a block
 * @returns [units, blocks, classes, 4]
 */
export function addSums(
  activations: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  block: number,
): Float64Array {
  const samples = labels.length;
  const units = activations.length / samples;
  const blocks = Math.ceil(samples / block);
  const sums = new Float64Array(units * blocks * classes * 4);
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) {
      const [t, o] = [activations[s * units + u]!, activations[u]!];
      const slot = 4 * ((u * blocks + Math.floor(s / block)) * classes + labels[s]!);
      sums[slot]! += t - o;
      sums[slot + 1]! += (t - o) * (t - o);
      sums[slot + 2]! += Math.abs(t) - Math.abs(o);
    }
  }
  return sums;
}
