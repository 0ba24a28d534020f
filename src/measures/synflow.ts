/**
 * SynFlow (Tanaka et al., NeurIPS 2020), summed over a neuron's weights: all paths from inputs to logits through the neuron, each
 * as the product of the sizes of its weights. Biases and activations play no part.
 */
import { type Layer, shapeOf } from "../core/layers/registry.ts";
import { weightsInto } from "../core/network.ts";
import type { Measure } from "./measure.ts";

/** `[units]` of the last: a 1 at every input, carried through |W| of all layers. */
function carriedForward(layers: readonly Layer[]): Float64Array {
  return layers.reduce(
    (from, layer) =>
      Float64Array.from({ length: shapeOf(layer).units }, (_, unit) => {
        let sum = 0;
        for (const [input, weight] of weightsInto(layer, unit).entries()) sum += Math.abs(weight) * from[input]!;
        return sum;
      }),
    new Float64Array(shapeOf(layers[0]!).inputs).fill(1),
  );
}

/** `[inputs]` of the first layer: a 1 at every logit, carried back through |W| of all layers. */
function carriedBack(layers: readonly Layer[]): Float64Array {
  return layers.reduceRight(
    (from, layer) => {
      const sums = new Float64Array(shapeOf(layer).inputs);
      for (const [unit, value] of from.entries()) {
        for (const [input, weight] of weightsInto(layer, unit).entries()) sums[input]! += Math.abs(weight) * value;
      }
      return sums;
    },
    new Float64Array(shapeOf(layers.at(-1)!).units).fill(1),
  );
}

export const synflow: Measure<"weights"> = {
  name: "synflow",
  id: "synflow",
  title: "SynFlow",
  meaning:
    "how strong all paths from the inputs to the logits are that go through the neuron, by the sizes of their weights; no data take part",
  unit: "none",
  needs: ["weights"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate({ layer, weights: { network } }) {
    const into = carriedForward(network.slice(0, layer));
    const out = carriedBack(network.slice(layer));
    return into.map((value, unit) => value * out[unit]!);
  },
};
