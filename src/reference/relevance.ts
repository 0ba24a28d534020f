/** Twin of shaders/relevance.wgsl in float64. */
import type { RealDense } from "./forward.ts";

/** max(t_j w_kj, 0) of sample s. */
function share(
  activations: ArrayLike<number>,
  { inputs, weights }: RealDense,
  s: number,
  k: number,
  j: number,
): number {
  return Math.max(activations[s * inputs + j]! * weights[k * inputs + j]!, 0);
}

/**
 * relevance[s, k] / sum_j max(t_j w_kj, 0); 0 where the sum is 0.
 * @param relevance [samples, outputs]
 * @param activations t, of the layer below: [samples, inputs]
 */
export function divideRelevance(
  relevance: ArrayLike<number>,
  activations: ArrayLike<number>,
  layer: RealDense,
): Float64Array {
  return Float64Array.from(relevance, (value, at) => {
    const [s, k] = [Math.floor(at / layer.outputs), at % layer.outputs];
    let sum = 0;
    for (let j = 0; j < layer.inputs; j++) sum += share(activations, layer, s, k, j);
    return sum > 0 ? value / sum : 0;
  });
}

/**
 * below[s, j] = sum_k max(t_j w_kj, 0) shares[s, k].
 * @param shares as divideRelevance gives them
 */
export function passRelevance(
  shares: ArrayLike<number>,
  activations: ArrayLike<number>,
  layer: RealDense,
): Float64Array {
  return Float64Array.from({ length: (shares.length / layer.outputs) * layer.inputs }, (_, at) => {
    const [s, j] = [Math.floor(at / layer.inputs), at % layer.inputs];
    let sum = 0;
    for (let k = 0; k < layer.outputs; k++) sum += share(activations, layer, s, k, j) * shares[s * layer.outputs + k]!;
    return sum;
  });
}
