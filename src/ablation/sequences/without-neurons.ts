/** A network without some neurons, as a search goes on with it: smaller, and with constants moved into biases. */
import { keptUnits } from "../../core/layers/kept-units.ts";
import type { RebuiltBelow } from "../../core/layers/layer-kind.ts";
import { kindOf, shapeOf } from "../../core/layers/registry.ts";
import type { Network } from "../../core/network.ts";

interface Without {
  readonly network: Network;
  /** Per hidden layer: which of its neurons are left, ascending. A neuron of the network stands for a layer that has none left. */
  readonly kept: readonly (readonly number[])[];
}

/** As a layer is rebuilt that reads constants in the place of some neurons. */
function silence(removed: ReadonlySet<number>, constants: ArrayLike<number>): RebuiltBelow {
  const intercepts = Float64Array.from(removed, (neuron) => constants[neuron]!);
  return { removed: [...removed], kept: [], slopes: new Float64Array(0), intercepts };
}

/**
 * Biases are rounded once to float32, from all constants. Of a layer that is removed whole one neuron stays, which nothing reads,
 * because a layer must have one.
 * @param removed per hidden layer
 * @param constants per hidden layer [neurons]: what stands for removed ones
 * @param silenced a hidden layer, from 0, that keeps its size: the layer above it reads its removed neurons with weights of 0
 */
export function withoutNeurons(
  network: Network,
  removed: readonly ReadonlySet<number>[],
  constants: readonly Float32Array[],
  silenced?: number,
): Without {
  const kept = removed.map((gone, layer) => {
    return keptUnits(shapeOf(network.layers[layer]!).units, gone);
  });
  // What leaves the arrays of weights: all that is removed, but for the neuron that stands for an empty layer.
  const leaving = removed.map((gone, layer) => {
    if (layer === silenced) return new Set<number>();
    return kept[layer]!.length > 0 ? gone : new Set([...gone].filter((neuron) => neuron !== 0));
  });
  const none = new Set<number>();
  const layers = network.layers.map((layer, index) => {
    const [own, below, replaced] = [leaving[index] ?? none, index - 1, constants[index - 1] ?? []];
    if (below >= 0 && below === silenced) {
      const rebuilt = kindOf(layer).rebuilt(layer, silence(removed[below]!, replaced));
      return kindOf(layer).pruned(rebuilt, own, { units: none, constants: replaced });
    }
    const smaller = kindOf(layer).pruned(layer, own, { units: leaving[below] ?? none, constants: replaced });
    if (kept[below]?.length !== 0) return smaller;
    const { biases } = kindOf(layer).pruned(layer, own, { units: removed[below]!, constants: replaced });
    return { ...smaller, weights: new Float32Array(smaller.weights.length), biases };
  });
  return { network: { ...network, layers }, kept };
}
