/** Float64 twin of shaders/backward.wgsl on plain rows; names in snake_case are the shader's bindings and fields. */
import { type ActivationLike, fullActivation } from "../core/activation.ts";
import { greatest } from "../core/long-arrays.ts";
import type { RealDense } from "./forward.ts";

interface OutputDelta {
  /** [samples, classes]: d(mean loss) / d(logit). */
  readonly delta: Float64Array;
  /** [samples]: cross-entropy, nats. */
  readonly losses: Float64Array;
}

/** delta[s, c] = (softmax(logits[s])_c - [c = y_s]) / count. */
export function outputDelta(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): OutputDelta {
  const count = labels.length;
  const delta = new Float64Array(count * classes);
  const losses = new Float64Array(count);
  for (let s = 0; s < count; s++) {
    const row = Float64Array.from({ length: classes }, (_, c) => logits[s * classes + c]!);
    const logTotal = logSumExp(row);
    for (let c = 0; c < classes; c++) {
      delta[s * classes + c] = (Math.exp(row[c]! - logTotal) - (c === labels[s] ? 1 : 0)) / count;
    }
    losses[s] = logTotal - row[labels[s]!]!;
  }
  return { delta, losses };
}

function logSumExp(row: Float64Array): number {
  const highest = greatest(row);
  return highest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

/** The derivative of the activation function, from its value t; not of GELU, whose value does not tell it. */
export function derivative(t: number, activation: ActivationLike): number {
  const full = fullActivation(activation);
  switch (full.kind) {
    case "sigmoid":
      return t * (1 - t);
    case "tanh":
      return 1 - t * t;
    case "relu":
      return t > 0 ? 1 : 0;
    case "leaky-relu":
      return t > 0 ? 1 : full.alpha;
    case "elu":
      return t > 0 ? 1 : t + full.alpha;
    case "softplus":
      return -Math.expm1(-t);
    case "identity":
      return 1;
    case "gelu":
    case "gelu-tanh":
      throw new Error(`the derivative of ${full.kind} does not follow from its value`);
  }
}

/** delta[s, i] = slopes[s, i] * sum_o next_delta[s, o] * weights[o, i]. @param slopes act' of the layer below */
export function hiddenDelta(
  next_delta: ArrayLike<number>,
  { inputs: width, outputs: units, weights }: RealDense,
  slopes: ArrayLike<number>,
): Float64Array {
  const delta = new Float64Array(slopes.length);
  for (let s = 0; s < slopes.length / width; s++) {
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let o = 0; o < units; o++) sum += next_delta[s * units + o]! * weights[o * width + i]!;
      delta[s * width + i] = sum * slopes[s * width + i]!;
    }
  }
  return delta;
}

export interface LayerGradient {
  /** [outputs, inputs]. */
  readonly weights: Float64Array;
  /** [outputs]. */
  readonly biases: Float64Array;
}

/** weights[o, i] = sum_s delta[s, o] * source[s, i] + 2 l2 w[o, i]; biases[o] = sum_s delta[s, o]. */
export function parameterGradient(
  delta: ArrayLike<number>,
  source: ArrayLike<number>,
  { inputs: width, outputs: units, weights }: RealDense,
  l2: number,
): LayerGradient {
  const gradient = { weights: Float64Array.from(weights, (w) => 2 * l2 * w), biases: new Float64Array(units) };
  for (let s = 0; s < delta.length / units; s++) {
    for (let o = 0; o < units; o++) {
      const d = delta[s * units + o]!;
      gradient.biases[o]! += d;
      for (let i = 0; i < width; i++) gradient.weights[o * width + i]! += d * source[s * width + i]!;
    }
  }
  return gradient;
}

/** Terms of one optimiser step, as the shader's Batch has them. */
interface AdamTerms {
  readonly learning_rate: number;
  readonly variance_correction: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly one_minus_beta1: number;
  readonly one_minus_beta2: number;
  readonly epsilon: number;
}

/** Adam in place on parameters of any shape. */
export function updateParameters(
  parameters: Float64Array,
  gradients: ArrayLike<number>,
  first_moments: Float64Array,
  second_moments: Float64Array,
  { learning_rate, variance_correction, beta1, beta2, one_minus_beta1, one_minus_beta2, epsilon }: AdamTerms,
): void {
  for (let index = 0; index < parameters.length; index++) {
    const gradient = gradients[index]!;
    const m = beta1 * first_moments[index]! + one_minus_beta1 * gradient;
    const v = beta2 * second_moments[index]! + one_minus_beta2 * gradient * gradient;
    first_moments[index] = m;
    second_moments[index] = v;
    parameters[index]! -= (learning_rate * m) / (Math.sqrt(v) * variance_correction + epsilon);
  }
}
