/** Float64 twin of shaders/forward.wgsl on plain rows: no homogeneous lane, no padding, biases by themselves. */
import { type ActivationLike, activationOfLayer, fullActivation, type NetworkActivation } from "../core/activation.ts";

/** A dense layer of any precision; core's DenseLayer is one. */
export interface RealLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs]. */
  readonly weights: ArrayLike<number>;
  /** [outputs]. */
  readonly biases: ArrayLike<number>;
}

export interface RealNetwork {
  readonly activation: NetworkActivation;
  readonly layers: readonly RealLayer[];
}

/** erf(x), to a few ULP of float64: its series where that converges fast, then the continued fraction of erfc. */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  return Math.sign(x) * (1 - complement(size));
}

/** erfc(x) of x >= 3. */
function complement(x: number): number {
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** Phi(z), the normal distribution's probability below z. */
export function normalProbability(z: number): number {
  const x = z / Math.SQRT2;
  return x < -3 ? complement(-x) / 2 : (1 + errorFunction(x)) / 2;
}

/** Phi'(z). */
function normalDensity(z: number): number {
  return Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
}

function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** Of GELU's approximation 0.5 z (1 + tanh(u)) = z logistic(2 u): 2 u, and its derivative. */
const tanhScale = 2 * Math.sqrt(2 / Math.PI);
const tanhArgument = (z: number): number => tanhScale * (z + 0.044715 * z ** 3);
const tanhArgumentSlope = (z: number): number => tanhScale * (1 + 3 * 0.044715 * z ** 2);

export function activate(z: number, activation: ActivationLike): number {
  const full = fullActivation(activation);
  switch (full.kind) {
    case "sigmoid":
      return logistic(z);
    case "tanh":
      return Math.tanh(z);
    case "relu":
      return Math.max(z, 0);
    case "leaky-relu":
      return z < 0 ? full.alpha * z : z;
    case "elu":
      return z < 0 ? full.alpha * Math.expm1(z) : z;
    case "softplus":
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    case "gelu":
      return z * normalProbability(z);
    case "gelu-tanh":
      return z * logistic(tanhArgument(z));
    case "identity":
      return z;
  }
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
  { inputs: width, outputs: units, weights, biases }: RealLayer,
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

/** Outputs of every layer, first to last, [samples, outputs] each; the last are logits. */
export function forwardNetwork({ activation, layers }: RealNetwork, inputs: ArrayLike<number>): Float64Array[] {
  const outputs: Float64Array[] = [];
  for (const [index, layer] of layers.entries()) {
    const own = activationOfLayer(activation, index, layers.length);
    outputs.push(forwardLayer(outputs[index - 1] ?? inputs, layer, own));
  }
  return outputs;
}
