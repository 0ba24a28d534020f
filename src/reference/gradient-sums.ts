/** Twin of shaders/gradient-sums.wgsl in float64. */

interface AddedGradients {
  /** [units, blocks, 4]: sums of |g|, |g t|, g t and (g t)^2. */
  readonly sums: Float64Array;
  /** [samples, units]: act' g. */
  readonly delta: Float64Array;
}

/**
 * @param gradients g, [samples, units]
 * @param activations t, likewise
 * @param slopes act', likewise
 * @param block samples of a block
 */
export function addGradients(
  gradients: ArrayLike<number>,
  activations: ArrayLike<number>,
  slopes: ArrayLike<number>,
  units: number,
  block: number,
): AddedGradients {
  const samples = gradients.length / units;
  const blocks = Math.ceil(samples / block);
  const sums = new Float64Array(units * blocks * 4);
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) {
      const g = gradients[s * units + u]!;
      const product = g * activations[s * units + u]!;
      const first = 4 * (u * blocks + Math.floor(s / block));
      for (const [part, term] of [Math.abs(g), Math.abs(product), product, product * product].entries()) {
        sums[first + part]! += term;
      }
    }
  }
  return { sums, delta: Float64Array.from(gradients, (g, index) => g * slopes[index]!) };
}
