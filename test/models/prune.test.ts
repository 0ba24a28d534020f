import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NeuronAddress, RemovalOrder } from "../../src/core/ablation.ts";
import { activations } from "../../src/core/activation.ts";
import { RunError } from "../../src/core/errors.ts";
import { layerSizes } from "../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../src/core/network.ts";
import { pruneNetwork } from "../../src/models/prune.ts";
import { maskedOutputs, replacementsOf } from "../../src/reference/sweep.ts";
import { integerLayer, realNetwork, testRandom } from "../support/networks.ts";

/** A network, some neurons of it with at least one left in each layer, and a constant for every neuron. */
const task = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 3, maxLength: 5 }),
    activation: fc.constantFrom(...activations),
    seed: fc.nat(1e6),
  })
  .chain(({ widths, activation, seed }) => {
    const random = testRandom(seed);
    const network = realNetwork(random, widths, activation);
    const hidden = widths.slice(1, -1);
    const constants = hidden.map((width) => Float32Array.from({ length: width }, () => random.nextUnit()));
    const all = hidden.flatMap((width, index) =>
      Array.from(
        { length: width - 1 },
        (_, neuron): NeuronAddress => ({ layer: index + 1, neuron: neuron + (seed % 2) }),
      ),
    );
    const pixels = Array.from({ length: widths[0]! }, () => random.nextBelow(256));
    return fc.record({
      network: fc.constant(network),
      constants: fc.constant(constants),
      removed: fc.shuffledSubarray(all),
      pixels: fc.constant(pixels),
    });
  });

const asOrder = (neurons: readonly NeuronAddress[]) => ({ neurons }) as RemovalOrder;

/** Logits of the masked network, and of the pruned one. */
function bothLogits(
  network: Network,
  removed: readonly NeuronAddress[],
  constants: readonly Float32Array[],
  pixels: number[],
) {
  const masks = replacementsOf(network, asOrder(removed), constants, removed.length);
  const pruned = pruneNetwork(network, removed, constants);
  const intact = pruned.layers.slice(0, -1).map(({ outputs }) => new Array<undefined>(outputs).fill(undefined));
  return {
    pruned,
    masked: maskedOutputs(network, pixels, masks).at(-1)!,
    small: maskedOutputs(pruned, pixels, intact).at(-1)!,
  };
}

/** Biases are rounded to float32 once; slopes of the three activations are at most 1. Plus what float64 sums lose. */
function bounds({ layers }: Network): number[] {
  let errors: number[] = [];
  for (const { inputs, outputs, weights, biases } of layers) {
    errors = Array.from({ length: outputs }, (_, output) => {
      const passed = errors.reduce((sum, error, input) => sum + Math.abs(weights[output * inputs + input]!) * error, 0);
      return passed + 2 ** -24 * Math.abs(biases[output]!) + 1e-12;
    });
  }
  return errors;
}

describe("a pruned network", () => {
  it("computes what the masked one computes, whatever is removed", () => {
    fc.assert(
      fc.property(task, ({ network, constants, removed, pixels }) => {
        const { pruned, masked, small } = bothLogits(network, removed, constants, pixels);
        const bound = bounds(pruned);
        for (const [index, logit] of small.entries()) {
          expect(Math.abs(logit - masked[index]!)).toBeLessThanOrEqual(bound[index]!);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is equal to the masked one where all numbers are whole", () => {
    const random = testRandom(3);
    const layers = [integerLayer(random, 3, 5), integerLayer(random, 5, 4), integerLayer(random, 4, 2)];
    const network: Network = { activation: "relu", layers };
    const constants = [Float32Array.of(1, 2, 3, 4, 5), Float32Array.of(7, 6, 5, 4)];
    const removed = [
      { layer: 2, neuron: 3 },
      { layer: 1, neuron: 0 },
      { layer: 1, neuron: 4 },
    ];
    const { masked, small } = bothLogits(network, removed, constants, [255, 0, 255]);
    expect(small).toEqual(masked);
  });

  it("keeps the order of the neurons that stay, and their weights to the bit", () => {
    const network = realNetwork(testRandom(4), [2, 3, 2], "tanh");
    const { layers } = pruneNetwork(network, [{ layer: 1, neuron: 1 }], [new Float32Array(3)]);
    const [first, last] = network.layers as [Network["layers"][0], Network["layers"][0]];
    expect([...layers[0]!.weights]).toEqual([0, 1, 4, 5].map((index) => first.weights[index]));
    expect([...layers[0]!.biases]).toEqual([first.biases[0], first.biases[2]]);
    expect([...layers[1]!.weights]).toEqual([0, 2, 3, 5].map((index) => last.weights[index]));
    expect(layers[1]!.biases).toEqual(last.biases);
  });

  it("adds up the removed inputs of a bias in float64", () => {
    const first = { inputs: 1, outputs: 4, weights: new Float32Array(4), biases: new Float32Array(4) };
    const weights = Float32Array.of(2 ** 25, 1, -(2 ** 25), 1);
    const last = { inputs: 4, outputs: 1, weights, biases: Float32Array.of(1) };
    const removed = [0, 1, 2].map((neuron) => ({ layer: 1, neuron }));
    const ones = new Float32Array(4).fill(1);
    const { layers } = pruneNetwork({ activation: "relu", layers: [first, last] }, removed, [ones]);
    expect(layers[1]!.biases[0]).toBe(2);
  });

  it("is the network itself where nothing is removed", () => {
    const network = realNetwork(testRandom(5), [3, 4, 2], "sigmoid");
    expect(pruneNetwork(network, [], [new Float32Array(4)])).toStrictEqual(network);
  });

  it("needs a neuron in every layer, and neurons that exist", () => {
    const network = realNetwork(testRandom(6), [3, 2, 2, 2], "relu");
    const constants = [new Float32Array(2), new Float32Array(2)];
    const all = [0, 1].map((neuron) => ({ layer: 2, neuron }));
    expect(() => pruneNetwork(network, all, constants)).toThrow(/all neurons of hidden layer 2 would be removed/);
    for (const address of [
      { layer: 3, neuron: 0 },
      { layer: 0, neuron: 0 },
      { layer: 1, neuron: 2 },
      { layer: 1, neuron: -1 },
    ]) {
      expect(() => pruneNetwork(network, [address], constants)).toThrow(RunError);
    }
    const twice = [0, 0].map((neuron) => ({ layer: 1, neuron }));
    expect(layerSizes(networkShape(pruneNetwork(network, twice, constants)))).toEqual([3, 1, 2, 2]);
  });
});
