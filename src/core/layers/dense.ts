/** Dense layers: z = W x + b. */
import type { RandomSequence } from "../random.ts";
import { keptUnits } from "./kept-units.ts";
import type { LayerKind, LayerParameters, LayerShape, RebuiltBelow, RemovedBelow } from "./layer-kind.ts";

/** A dense layer z = W x + b. */
export interface DenseLayer extends LayerParameters {
  /** Absent: dense. */
  readonly kind?: "dense";
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs], row-major (PyTorch's convention). */
  readonly weights: Float32Array;
  /** [outputs]. */
  readonly biases: Float32Array;
}

export interface DenseShape extends LayerShape {
  readonly kind: "dense";
}

export function denseShape(inputs: number, units: number): DenseShape {
  return { kind: "dense", units, area: 1, inputs };
}

function uniformArray(random: RandomSequence, length: number, bound: number): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.nextUnit() - 1) * bound);
}

/** b_k + sum over removed inputs j of w_kj c_j, in float64. */
function balancedBias(layer: DenseLayer, output: number, { units, constants }: RemovedBelow): number {
  let bias = layer.biases[output]!;
  for (const input of units) bias += layer.weights[output * layer.inputs + input]! * constants[input]!;
  return bias;
}

/** Gives an output's weights of removed inputs to kept ones, in place. @returns what is constant of it */
function redistribute(weights: Float64Array, { removed, kept, slopes, intercepts }: RebuiltBelow): number {
  let constant = 0;
  for (const [row, input] of removed.entries()) {
    const weight = weights[input]!;
    weights[input] = 0;
    constant += weight * intercepts[row]!;
    for (const [column, other] of kept.entries()) weights[other]! += weight * slopes[row * kept.length + column]!;
  }
  return constant;
}

export const dense: LayerKind<DenseLayer, DenseShape> = {
  shape: ({ inputs, outputs }) => denseShape(inputs, outputs),
  shapeSaid: (size) => denseShape(size("inputs"), size("outputs")),
  weights: ({ inputs, units }) => units * inputs,
  /** Uniform within +-1 / sqrt(inputs), weights and biases, as PyTorch's nn.Linear. */
  initial({ inputs, units }, random) {
    const bound = 1 / Math.sqrt(inputs);
    const weights = uniformArray(random, units * inputs, bound);
    return { inputs, outputs: units, weights, biases: uniformArray(random, units, bound) };
  },
  tensors: ({ inputs, outputs, weights, biases }) => [
    { name: "weight", shape: [outputs, inputs], values: weights },
    { name: "bias", shape: [outputs], values: biases },
  ],
  operator: { type: "Gemm", attributes: { transB: 1 } },
  reordered(layer, places) {
    const { inputs, weights } = layer;
    const inOrder = weights.map((_, index) => weights[index - (index % inputs) + places[index % inputs]!]!);
    return { ...layer, weights: inOrder };
  },
  pruned(layer, units, below) {
    const inputs = keptUnits(layer.inputs, below.units);
    const outputs = keptUnits(layer.outputs, units);
    const weights = outputs.flatMap((output) => inputs.map((input) => layer.weights[output * layer.inputs + input]!));
    const biases = outputs.map((output) => balancedBias(layer, output, below));
    return {
      inputs: inputs.length,
      outputs: outputs.length,
      weights: Float32Array.from(weights),
      biases: Float32Array.from(biases),
    };
  },
  rebuilt(layer, below) {
    const { inputs } = layer;
    const [weights, biases] = [Float32Array.from(layer.weights), Float32Array.from(layer.biases)];
    for (const [output, bias] of layer.biases.entries()) {
      const row = Float64Array.from(layer.weights.subarray(output * inputs, (output + 1) * inputs));
      biases[output] = bias + redistribute(row, below);
      weights.set(row, output * inputs);
    }
    return { ...layer, weights, biases };
  },
};

/** One output z tells two classes apart as the logits 0 and z do: sigmoid(z) is the second one's share of softmax. */
export function twoLogits(last: DenseLayer): DenseLayer {
  if (last.outputs !== 1) return last;
  const { inputs } = last;
  const weights = new Float32Array(2 * inputs);
  weights.set(last.weights, inputs);
  return { inputs, outputs: 2, weights, biases: Float32Array.of(0, last.biases[0]!) };
}

/** Of two logits that are one output, their difference: the output. */
export function oneLogit({ inputs, weights, biases }: DenseLayer): DenseLayer {
  const difference = Float32Array.from({ length: inputs }, (_, input) => weights[inputs + input]! - weights[input]!);
  return { inputs, outputs: 1, weights: difference, biases: Float32Array.of(biases[1]! - biases[0]!) };
}
