/** Neurons out of a network for good: rows and columns of the weights, with the biases balanced. */
import type { NeuronAddress } from "../core/ablation.ts";
import { RunError } from "../core/errors.ts";
import type { RemovedBelow } from "../core/layers/layer-kind.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { kindOf } from "../core/layers/registry.ts";
import { type Network, networkShape } from "../core/network.ts";

/** For each hidden layer, which neurons go. */
function removedByLayer(network: Network, removed: readonly NeuronAddress[]): Set<number>[] {
  const hidden = hiddenUnits(networkShape(network));
  const byLayer = hidden.map(() => new Set<number>());
  for (const { layer, neuron } of removed) {
    const width = hidden[layer - 1] ?? 0;
    if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < width)) {
      throw new RunError({
        what: `there is no neuron ${neuron} in hidden layer ${layer}`,
        where: "the network",
        expected: `hidden layers of ${hidden.join(", ")} neurons`,
        found: `layer ${layer}, neuron ${neuron}`,
        fix: "take the list of neurons from the same network",
      });
    }
    byLayer[layer - 1]!.add(neuron);
  }
  return byLayer;
}

function requireSomeKept(network: Network, removed: readonly ReadonlySet<number>[]): void {
  for (const [index, units] of hiddenUnits(networkShape(network)).entries()) {
    const { size } = removed[index]!;
    if (size < units) continue;
    throw new RunError({
      what: `all neurons of hidden layer ${index + 1} would be removed`,
      where: "the network",
      expected: "at least one neuron kept in every layer",
      found: `${size} of ${units} removed: the outputs would no longer depend on the inputs`,
      fix: "keep more neurons, or remove them within each layer instead of the whole network",
    });
  }
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
  const none = new Set<number>();
  const layers = network.layers.map((layer, index) => {
    const below: RemovedBelow = { units: byLayer[index - 1] ?? none, constants: constants[index - 1] ?? [] };
    return kindOf(layer).pruned(layer, byLayer[index] ?? none, below);
  });
  return { ...network, layers };
}
