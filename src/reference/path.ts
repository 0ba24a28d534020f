/** Twin of shaders/path.wgsl in float64. */
import type { ActivationLike } from "../core/activation.ts";
import { activate } from "../core/activation-values.ts";

/**
 * outputs[s, u] = act(b + share (z - b)).
 * @param preactivations z, [samples, units]
 * @param biases b, [units]
 */
export function scaleLayer(
  preactivations: ArrayLike<number>,
  biases: ArrayLike<number>,
  share: number,
  activation: ActivationLike,
): Float64Array {
  return Float64Array.from(preactivations, (z, at) => {
    const bias = biases[at % biases.length]!;
    return activate(bias + share * (z - bias), activation);
  });
}

/**
 * What one step adds: g (t_end - t_begin).
 * @param gradients g in the middle of the step
 */
export function stepConductance(
  gradients: ArrayLike<number>,
  begin: ArrayLike<number>,
  end: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(gradients, (g, at) => g * (end[at]! - begin[at]!));
}
