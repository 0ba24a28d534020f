/** Neurons out of a network for good: rows and columns of the weights, with the biases balanced. */
import type { NeuronAddress } from "../core/ablation.ts";
import { RunError } from "../core/errors.ts";
import type { DenseLayer, Network } from "../core/network.ts";

/** For each hidden layer, which neurons go. */
function removedByLayer(network: Network, removed: readonly NeuronAddress[]): Set<number>[] {
  const hidden = network.layers.slice(0, -1);
  const byLayer = hidden.map(() => new Set<number>());
  for (const { layer, neuron } of removed) {
    const width = hidden[layer - 1]?.outputs ?? 0;
    if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < width)) {
      throw new RunError({
        what: `there is no neuron ${neuron} in hidden layer ${layer}`,
        where: "the network",
        expected: `hidden layers of ${hidden.map(({ outputs }) => outputs).join(", ")} neurons`,
        found: `layer ${layer}, neuron ${neuron}`,
        fix: "take the list of neurons from the same network",
      });
    }
    byLayer[layer - 1]!.add(neuron);
  }
  return byLayer;
}

function requireSomeKept(network: Network, removed: readonly ReadonlySet<number>[]): void {
  for (const [index, { size }] of removed.entries()) {
    const { outputs } = network.layers[index]!;
    if (size < outputs) continue;
    throw new RunError({
      what: `all neurons of hidden layer ${index + 1} would be removed`,
      where: "the network",
      expected: "at least one neuron kept in every layer",
      found: `${size} of ${outputs} removed: the outputs would no longer depend on the inputs`,
      fix: "keep more neurons, or remove them within each layer instead of the whole network",
    });
  }
}

function indicesWithout(count: number, removed: ReadonlySet<number>): number[] {
  return Array.from({ length: count }, (_, index) => index).filter((index) => !removed.has(index));
}

/** b_k + sum over removed inputs j of w_kj c_j, in float64. */
function balancedBias(
  layer: DenseLayer,
  output: number,
  removed: ReadonlySet<number>,
  constants: ArrayLike<number>,
): number {
  let bias = layer.biases[output]!;
  for (const input of removed) bias += layer.weights[output * layer.inputs + input]! * constants[input]!;
  return bias;
}

/**
 * The network without the neurons, the others in their order. Where a removed neuron's output was replaced by its constant,
 * the outputs are the same up to the rounding of biases to float32.
 * @param constants per hidden layer [neurons]: what a removed neuron's output is replaced by: zeros, or means.
 * @throws RunError for neurons that do not exist, and where a layer would be left without neurons.
 */
export function pruneNetwork(
  network: Network,
  removed: readonly NeuronAddress[],
  constants: readonly ArrayLike<number>[],
): Network {
  const byLayer = removedByLayer(network, removed);
  requireSomeKept(network, byLayer);
  const none: ReadonlySet<number> = new Set();
  const layers = network.layers.map((layer, index): DenseLayer => {
    const removedInputs = byLayer[index - 1] ?? none;
    const inputs = indicesWithout(layer.inputs, removedInputs);
    const outputs = indicesWithout(layer.outputs, byLayer[index] ?? none);
    const weights = outputs.flatMap((output) => inputs.map((input) => layer.weights[output * layer.inputs + input]!));
    const biases = outputs.map((output) => balancedBias(layer, output, removedInputs, constants[index - 1] ?? []));
    return {
      inputs: inputs.length,
      outputs: outputs.length,
      weights: Float32Array.from(weights),
      biases: Float32Array.from(biases),
    };
  });
  return { ...network, layers };
}
