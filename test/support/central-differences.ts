/** Gradients of the float64 reference objective by differences alone: the oracle of every gradient. */

import { type Activation, activationOfLayer, type NetworkActivation } from "../../src/core/activation.ts";
import { forwardLayer, pixelValues } from "../../src/reference/forward.ts";
import { forwardNetwork, objective, type RealNetwork } from "../../src/reference/network.ts";
import { randomSplit, realNetwork, testRandom } from "./networks.ts";

/** Step of the differences; its fourth power bounds what they leave out. */
const STEP = 2 ** -9;
/** No pre-activation of a relu may come this near to its kink, or a step of one parameter would cross it. */
const KINK_MARGIN = 0.02;
/** What differences of this step leave out, and rounding in them: 1e-11 at most where measured, against exact gradients. */
export const DIFFERENCE_ERROR = 1e-10;

/** Per layer [outputs, inputs] and [outputs]: five-point central differences of the objective. */
export function centralDifferences(
  network: RealNetwork,
  inputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  l2: number,
): { readonly weights: Float64Array; readonly biases: Float64Array }[] {
  const layers = network.layers.map((layer) => ({
    ...layer,
    weights: Float64Array.from(layer.weights),
    biases: Float64Array.from(layer.biases),
  }));
  const moved = { ...network, layers };
  const slope = (parameters: Float64Array, index: number): number => {
    const value = parameters[index]!;
    const at = (steps: number): number => {
      parameters[index] = value + steps * STEP;
      const result = objective(moved, inputs, labels, l2);
      parameters[index] = value;
      return result;
    };
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * STEP);
  };
  return layers.map(({ weights, biases }) => ({
    weights: weights.map((_, index) => slope(weights, index)),
    biases: biases.map((_, index) => slope(biases, index)),
  }));
}

export interface GradientProblem {
  readonly network: ReturnType<typeof realNetwork>;
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
  readonly samples: number;
}

/** Those with a kink at 0. */
const kinked: ReadonlySet<string> = new Set(["relu", "leaky-relu"] satisfies Activation[]);

/** A network with `depth` hidden layers and a batch, such that no relu is near its kink. */
export function gradientProblem(activation: NetworkActivation, depth: number): GradientProblem {
  const kinds = Array.from({ length: depth }, (_, layer) => activationOfLayer(activation, layer, depth + 1).kind);
  const smooth = !kinds.some((kind) => kinked.has(kind));
  const widths = [5, 4, 3, 5, 4].slice(0, depth + 1).concat(3);
  const samples = 6;
  for (let seed = 0; ; seed++) {
    const random = testRandom(seed);
    const network = realNetwork(random, widths, activation);
    const { inputs: pixels, labels } = randomSplit(random, samples, widths[0]!, 3);
    const problem = { network, pixels, labels, samples };
    if (smooth || nearestKink(problem, widths) > KINK_MARGIN) return problem;
  }
}

function nearestKink({ network, pixels }: GradientProblem, widths: readonly number[]): number {
  const inputs = pixelValues(pixels);
  const outputs = forwardNetwork(network, inputs);
  const sums = network.layers
    .slice(0, widths.length - 2)
    .flatMap((layer, index) => [...forwardLayer(outputs[index - 1] ?? inputs, layer, "identity")]);
  return Math.min(...sums.map(Math.abs));
}
