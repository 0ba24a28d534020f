/** The definition of the sweep, against numbers worked out by hand. */
import { describe, expect, test } from "vitest";
import type { RemovalOrder } from "../../src/core/ablation.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { crossEntropy, maskedOutputs, predictedClass, referenceSweep } from "../../src/reference/sweep.ts";

/** h1 = relu(x1 - x2), h2 = relu(x2 - 1/2), g = relu(2 h1 + 4 h2 + 1/4); logits (g, 1). */
const network: Network = {
  activation: "relu",
  layers: [
    { inputs: 2, outputs: 2, weights: Float32Array.of(1, -1, 0, 1), biases: Float32Array.of(0, -0.5) },
    { inputs: 2, outputs: 1, weights: Float32Array.of(2, 4), biases: Float32Array.of(0.25) },
    { inputs: 1, outputs: 2, weights: Float32Array.of(1, 0), biases: Float32Array.of(0, 1) },
  ],
};
/** Inputs (1, 0), (0, 1), (0, 0) of classes 0, 0, 1. */
const split: Split = {
  count: 3,
  inputs: Uint8Array.of(255, 0, 0, 255, 0, 0),
  labels: Uint16Array.of(0, 0, 1),
};
const order: RemovalOrder = {
  repeat: 0,
  scope: "network",
  measure: "random",
  direction: "none",
  draw: 0,
  neurons: [
    { layer: 1, neuron: 1 },
    { layer: 2, neuron: 0 },
    { layer: 1, neuron: 0 },
  ],
};
const nothing = [[undefined, undefined], [undefined]];
const softplus = (z: number) => Math.log(1 + Math.exp(z));

describe("the outputs of one sample", () => {
  test("are those of every layer in turn, the last without an activation function", () => {
    expect(maskedOutputs(network, [1, 0], nothing)).toEqual([[1, 0], [2.25], [2.25, 1]]);
    expect(maskedOutputs(network, [0, 1], nothing)).toEqual([[0, 0.5], [2.25], [2.25, 1]]);
  });

  test("take a replaced neuron's constant, be it zero, and compute what lies above from it", () => {
    expect(maskedOutputs(network, [1, 0], [[0, undefined], [undefined]])).toEqual([[0, 0], [0.25], [0.25, 1]]);
    expect(maskedOutputs(network, [0, 0], [[undefined, 0.5], [undefined]])).toEqual([[0, 0.5], [2.25], [2.25, 1]]);
    expect(maskedOutputs(network, [1, 0], [[undefined, undefined], [0.5]]).at(-1)).toEqual([0.5, 1]);
  });

  test("apply the sigmoid and the tanh where the network has them", () => {
    const [first] = maskedOutputs({ ...network, activation: "sigmoid" }, [1, 0], nothing);
    expect(first).toEqual([1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(0.5))]);
    expect(maskedOutputs({ ...network, activation: "tanh" }, [1, 0], nothing)[0]).toEqual([
      Math.tanh(1),
      Math.tanh(-0.5),
    ]);
  });
});

test("the predicted class is that of the highest logit, the lowest of equals", () => {
  expect(predictedClass([1, 3, 2])).toBe(1);
  expect(predictedClass([2, 2, 1])).toBe(0);
});

test("the cross-entropy is finite for any finite logits, and log C where they are equal", () => {
  expect(crossEntropy([5, 5, 5, 5], 2)).toBeCloseTo(Math.log(4), 14);
  expect(crossEntropy([1_000, 0], 1)).toBe(1_000);
  expect(crossEntropy([1_000, 0], 0)).toBe(0);
});

describe("a sweep", () => {
  const zeros = [[0, 0], [0]];

  test("counts and averages over all samples at each step, with the first neurons of the order gone", () => {
    // Logit differences g - 1 by step: intact; without h2; without h2 and g; without all.
    const differences = [
      [1.25, 1.25, -0.75],
      [1.25, -0.75, -0.75],
      [-1, -1, -1],
      [-1, -1, -1],
    ];
    const { correct, loss } = referenceSweep(network, split, order, zeros, [0, 1, 2, 3]);
    expect([...correct]).toEqual([3, 2, 1, 1]);
    differences.forEach(([a, b, c], step) => {
      expect(loss[step]).toBeCloseTo((softplus(-a!) + softplus(-b!) + softplus(c!)) / 3, 12);
    });
  });

  test("replaces by the constants it is given", () => {
    // h2 reads 1/2: every sample's g is at least 2.25, and all are called class 0.
    const { correct } = referenceSweep(network, split, order, [[0, 0.5], [0]], [1]);
    expect([...correct]).toEqual([2]);
  });

  test("evaluates only the steps it is asked for", () => {
    const all = referenceSweep(network, split, order, zeros, [0, 1, 2, 3]);
    const some = referenceSweep(network, split, order, zeros, [0, 3]);
    expect([...some.loss]).toEqual([all.loss[0], all.loss[3]]);
  });
});
