/** Float64 twin of shaders/forward.wgsl on plain rows: no homogeneous lane, no padding, biases by themselves. */
import { type ActivationLike, fullActivation } from "../core/activation.ts";
import {
  activate,
  logistic,
  normalDensity,
  normalProbability,
  tanhArgument,
  tanhArgumentSlope,
} from "../core/activation-values.ts";

/** A dense layer of any precision; core's DenseLayer is one. */
export interface RealDense {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs]. */
  readonly weights: ArrayLike<number>;
  /** [outputs]. */
  readonly biases: ArrayLike<number>;
}

/** Variant SLOPES: act'(z) of GELU, in either form, whose value does not tell it. */
export function keptSlope(z: number, activation: ActivationLike): number {
  if (fullActivation(activation).kind === "gelu") return normalProbability(z) + z * normalDensity(z);
  const p = logistic(tanhArgument(z));
  return p + z * p * (1 - p) * tanhArgumentSlope(z);
}

/** outputs[s, o] = act( biases[o] + sum_i inputs[s, i] * weights[o, i] ). */
export function forwardLayer(
  inputs: ArrayLike<number>,
  { inputs: width, outputs: units, weights, biases }: RealDense,
  activation: ActivationLike,
): Float64Array {
  const samples = inputs.length / width;
  const outputs = new Float64Array(samples * units);
  for (let s = 0; s < samples; s++) {
    for (let o = 0; o < units; o++) {
      let z = biases[o]!;
      for (let i = 0; i < width; i++) z += inputs[s * width + i]! * weights[o * width + i]!;
      outputs[s * units + o] = activate(z, activation);
    }
  }
  return outputs;
}

/** Variant BYTES: what pixels stand for. */
export function pixelValues(pixels: ArrayLike<number>): Float64Array {
  return Float64Array.from(pixels, (byte) => byte / 255);
}

/** What a split's inputs stand for: variant BYTES, or FLOATS. */
export function inputValues(inputs: Uint8Array | Float32Array): Float64Array {
  return inputs instanceof Uint8Array ? pixelValues(inputs) : Float64Array.from(inputs);
}

/** Variant GATHERED: rows of `width` values in the given order. */
export function gatherRows(rows: ArrayLike<number>, width: number, order: ArrayLike<number>): Float64Array {
  const gathered = new Float64Array(order.length * width);
  for (let s = 0; s < order.length; s++) {
    for (let i = 0; i < width; i++) gathered[s * width + i] = rows[order[s]! * width + i]!;
  }
  return gathered;
}

/**
 * Variant MASKED: neurons whose place in the removal order is below `removed` read as replacements.
 * @param positions [neurons]
 * @param replacements [neurons]
 */
export function maskInputs(
  inputs: ArrayLike<number>,
  positions: ArrayLike<number>,
  replacements: ArrayLike<number>,
  removed: number,
): Float64Array {
  const width = positions.length;
  return Float64Array.from(inputs, (value, index) => {
    const neuron = index % width;
    return positions[neuron]! < removed ? replacements[neuron]! : value;
  });
}
