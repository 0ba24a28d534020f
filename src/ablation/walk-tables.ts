/** Walks as the shaders read them: rows of removals, outgoing weights by neuron, and masks of joint orders. */
import type { DenseLayer, Widths } from "../core/network.ts";
import { NO_REMOVAL } from "../gpu/kernels/sweep.ts";
import { hiddenLanes, lanesOf, quadsOf } from "../gpu/packing.ts";
import { removalPositions, replacementConstants, replacementRows } from "./removal-masks.ts";
import type { Walk } from "./walk-plan.ts";

/** Quads of a row of `product`: as many classes as the walking shaders hold. */
const CLASS_QUADS = 3;

/** What replaces neuron `neuron` of hidden layer `layer` (from 1). */
function replacement(walk: Walk, means: readonly Float32Array[], layer: number, neuron: number): number {
  return walk.mode === "zero" ? 0 : means[layer - 1]![neuron]!;
}

/**
 * [walks, 1 + neurons] pairs: (network, first row of its tallies), then per removal (neuron, bits of its replacement).
 * @param firstRows first row of the tallies of each walk
 */
export function walkRows(
  walks: readonly Walk[],
  lowest: number,
  means: readonly Float32Array[],
  firstRows: readonly number[],
): Uint32Array {
  const length = 1 + walks[0]!.order.neurons.length;
  const words = new Uint32Array(walks.length * length * 2);
  const floats = new Float32Array(words.buffer);
  walks.forEach((walk, row) => {
    words[row * length * 2 + 1] = firstRows[row]!;
    walk.order.neurons.forEach(({ layer, neuron }, position) => {
      const at = (row * length + 1 + position) * 2;
      words[at] = layer === lowest ? neuron : NO_REMOVAL;
      floats[at + 1] = replacement(walk, means, layer, neuron);
    });
  });
  return words;
}

/** [inputs, lanes of the outputs]: row n holds the weights that leave input n. */
export function outgoingWeights({ inputs, outputs, weights }: DenseLayer): Float32Array {
  const lanes = lanesOf(outputs);
  const rows = new Float32Array(inputs * lanes);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) rows[input * lanes + output] = weights[output * inputs + input]!;
  }
  return rows;
}

/** [lanes of the inputs, 12]: like outgoingWeights, with the biases as the row behind the last input. */
export function productRows({ inputs, outputs, weights, biases }: DenseLayer): Float32Array {
  const lanes = CLASS_QUADS * 4;
  const rows = new Float32Array(lanesOf(inputs) * lanes);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) rows[input * lanes + output] = weights[output * inputs + input]!;
    rows[inputs * lanes + output] = biases[output]!;
  }
  return rows;
}

/** [walks, 2 quads a quad of units]: positions of 4 units of the layer above `lowest`, then bits of their replacements. */
export function maskPairs(
  walks: readonly Walk[],
  lowest: number,
  means: readonly Float32Array[],
  widths: Widths,
): Uint32Array {
  const { offsets, quads: rowQuads } = hiddenLanes(widths);
  const positions = removalPositions(
    walks.map(({ order }) => order),
    widths,
  );
  const constants = new Uint32Array(replacementConstants(means, widths).buffer);
  const quads = quadsOf(widths[lowest + 1]!);
  const pairs = new Uint32Array(walks.length * quads * 8);
  walks.forEach(({ mode }, row) => {
    for (let lane = 0; lane < quads * 4; lane++) {
      const at = (row * quads + Math.floor(lane / 4)) * 8 + (lane % 4);
      const source = offsets[lowest]! + lane;
      pairs[at] = positions[row * rowQuads * 4 + source]!;
      pairs[at + 4] = constants[replacementRows[mode] * rowQuads * 4 + source]!;
    }
  });
  return pairs;
}
