/**
 * SynFlow (Tanaka et al., NeurIPS 2020), summed over a neuron's weights: all paths from inputs to logits through the neuron, each
 * as the product of the sizes of its weights. Biases and activations play no part.
 */
import type { DenseLayer } from "../core/network.ts";
import type { Measure } from "./measure.ts";

/** `[outputs]`: a 1 at every input, carried through |W| of all layers. @param inputs of the first */
function carriedForward(layers: readonly DenseLayer[], inputs: number): Float64Array {
  return layers.reduce(
    (from, { outputs, weights }) =>
      Float64Array.from({ length: outputs }, (_, output) => {
        let sum = 0;
        for (let input = 0; input < from.length; input++) {
          sum += Math.abs(weights[output * from.length + input]!) * from[input]!;
        }
        return sum;
      }),
    new Float64Array(inputs).fill(1),
  );
}

/** `[inputs]` of the first layer: a 1 at every logit, carried back through |W| of all layers. */
function carriedBack(layers: readonly DenseLayer[]): Float64Array {
  return layers.reduceRight(
    (from, { inputs, weights }) => {
      const sums = new Float64Array(inputs);
      for (const [output, value] of from.entries()) {
        for (let input = 0; input < inputs; input++)
          sums[input]! += Math.abs(weights[output * inputs + input]!) * value;
      }
      return sums;
    },
    new Float64Array(layers.at(-1)!.outputs).fill(1),
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
    const into = carriedForward(network.slice(0, layer), network[0]!.inputs);
    const out = carriedBack(network.slice(layer));
    return into.map((value, unit) => value * out[unit]!);
  },
};
