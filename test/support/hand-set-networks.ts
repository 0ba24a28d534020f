/**
 * The counter-examples of the study as whole networks with weights set by hand: what one neuron's information says, and
 * how much the network needs it, come apart. Inputs are bytes of 0 or 255; hidden neurons are steep sigmoids unless said.
 */

import type { Activation } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { Network } from "../../src/core/network.ts";
import { realNetwork, testRandom } from "./networks.ts";

export interface Fixture {
  readonly network: Network;
  readonly split: Split;
}

/** From 0.5 away, a sigmoid of this slope is within 1e-8 of 0 or 1. */
const STEEP = 40;

/** @param rows [outputs][inputs], then the bias of each output */
function layer(rows: readonly (readonly number[])[], biases: readonly number[]): DenseLayer {
  const weights = Float32Array.from(rows.flat());
  return { inputs: rows[0]!.length, outputs: rows.length, weights, biases: Float32Array.from(biases) };
}

/** Hidden neurons that each repeat one input bit: neuron j is the step of input `inputs[j]` out of `width`. */
function copies(width: number, inputs: readonly number[]): DenseLayer {
  const rows = inputs.map((input) => Array.from({ length: width }, (_, i) => (i === input ? STEEP : 0)));
  return layer(
    rows,
    inputs.map(() => -STEEP / 2),
  );
}

/** Each row of bits `times` over, labelled by `labelOf`. */
function bitSplit(
  rows: readonly (readonly number[])[],
  labelOf: (bits: readonly number[]) => number,
  times: number,
): Split {
  const samples = Array.from({ length: times }, () => rows).flat();
  const inputs = Uint8Array.from(samples.flatMap((bits) => bits.map((bit) => 255 * bit)));
  return { count: samples.length, inputs, labels: Uint16Array.from(samples, (bits) => labelOf(bits)) };
}

const pairs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** Y = T1 xor T2, both in layer 1; layer 2 is their OR and AND. Neither tells anything of Y alone, both together all. */
export const exclusiveOr: Fixture = {
  network: {
    activation: "sigmoid",
    layers: [
      copies(2, [0, 1]),
      layer(
        [
          [STEEP, STEEP],
          [STEEP, STEEP],
        ],
        [-STEEP / 2, -1.5 * STEEP],
      ),
      layer(
        [
          [0, 0],
          [20, -20],
        ],
        [0, -10],
      ),
    ],
  },
  split: bitSplit(pairs, ([a, b]) => a! ^ b!, 17),
};

/** Neurons 0 and 1 both are the class; either alone is enough. Neuron 2 is an input that has nothing to do with it. */
export const duplicates: Fixture = {
  network: {
    activation: "sigmoid",
    layers: [
      copies(2, [0, 0, 1]),
      layer(
        [
          [0, 0, 0],
          [20, 20, 0],
        ],
        [0, -16],
      ),
    ],
  },
  split: bitSplit(pairs, ([a]) => a!, 17),
};

/** Last hidden layer: neuron 0 is the class and decides; neuron 1 is the class too, but speaks for all classes alike. */
export const commonShift: Fixture = {
  network: {
    activation: "sigmoid",
    layers: [
      copies(2, [0, 0]),
      layer(
        [
          [-3, 7],
          [3, 7],
          [-5, 7],
        ],
        [2, 0, 1],
      ),
    ],
  },
  split: bitSplit(pairs, ([a]) => a!, 17),
};

/** One sigmoid neuron that lies between 0.73 and 0.96: its bit is always 1, its value decides the class. */
export const hiddenInTheValue: Fixture = {
  network: {
    activation: "sigmoid",
    layers: [layer([[2]], [1]), layer([[0], [40]], [0, -34])],
  },
  split: bitSplit([[0], [1]], ([a]) => a!, 33),
};

/** Neuron 1 of every hidden layer reads nothing but its bias: truly constant, and heavily used by the next layer. */
export function withConstantNeurons(activation: Activation, split: Split, widths: readonly number[]): Fixture {
  const { layers } = realNetwork(testRandom(31), widths, activation);
  const constant = layers.map((given, index): DenseLayer => {
    if (index === layers.length - 1) return given;
    const weights = given.weights.slice().fill(0, given.inputs, 2 * given.inputs);
    return { ...given, weights, biases: given.biases.map((bias, output) => (output === 1 ? 0.37 : bias)) };
  });
  return { network: { activation, layers: constant }, split };
}
