/** Twin of shaders/magnitude-sums.wgsl in float64. */

/**
 * sums[u, b] = sum over samples s in block b of |values[s, u]|.
 * @param values [samples, units]
 * @param block samples of a block
 */
export function addMagnitudes(values: ArrayLike<number>, units: number, block: number): Float64Array {
  const samples = values.length / units;
  const blocks = Math.ceil(samples / block);
  const sums = new Float64Array(units * blocks);
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) sums[u * blocks + Math.floor(s / block)]! += Math.abs(values[s * units + u]!);
  }
  return sums;
}
