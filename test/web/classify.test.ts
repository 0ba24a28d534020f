/** What one sample is taken for, on a network small enough to follow by hand. */
import { describe, expect, test } from "vitest";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { classifySample, type SampleRemoval } from "../../web/engine/classify.ts";

/** Two inputs, two hidden layers of two ReLUs, two classes. */
const network: Network = {
  activation: "relu",
  layers: [
    { inputs: 2, outputs: 2, weights: Float32Array.of(1, 0, 0, 2), biases: Float32Array.of(0, 1) },
    { inputs: 2, outputs: 2, weights: Float32Array.of(1, 1, 1, -1), biases: Float32Array.of(0, 0) },
    { inputs: 2, outputs: 2, weights: Float32Array.of(2, 0.5, 1, 4), biases: Float32Array.of(0, 1) },
  ],
};
const split: Split = {
  count: 2,
  inputs: Uint8Array.of(0, 0, 255, 255),
  labels: Uint16Array.of(0, 1),
};
const means = [Float32Array.of(0.5, 0.25), Float32Array.of(3, 0.75)];
const without = (removal: Partial<SampleRemoval> = {}) =>
  classifySample(network, split, 1, { removed: [], mode: "mean", means, ...removal });
const scoreOfFirst = (difference: number) => 1 / (1 + Math.exp(-difference));

describe("a sample", () => {
  test("has scores, outputs of all hidden neurons, and what the last layer adds to the winner", () => {
    // Layer 1: 1, 3. Layer 2: 4, 0. Logits: 8, 5.
    const { label, pixels, before, after, winner, activations, carried } = without();
    expect([label, [...pixels], winner]).toEqual([1, [255, 255], 0]);
    expect([...activations]).toEqual([1, 3, 4, 0]);
    expect([...carried]).toEqual([8, 0]);
    expect(before[0]).toBeCloseTo(scoreOfFirst(3), 12);
    expect(before[0]! + before[1]!).toBeCloseTo(1, 12);
    expect(after).toEqual(before);
  });

  test("without neurons goes on from their means, layer by layer", () => {
    // Layer 1: 1, 0.25. Layer 2: 1.25, 0.75. Logits: 2.875, 5.25.
    const { before, after, winner, activations, carried } = without({ removed: [{ layer: 1, neuron: 1 }] });
    expect([...activations]).toEqual([1, 0.25, 1.25, 0.75]);
    expect(winner).toBe(1);
    expect([...carried]).toEqual([1.25, 3]);
    expect(before[0]).toBeCloseTo(scoreOfFirst(3), 12);
    expect(after[0]).toBeCloseTo(scoreOfFirst(2.875 - 5.25), 12);
  });

  test("without neurons goes on from zero where that is asked for", () => {
    // Layer 2: 0, 0. Logits: 0, 1.
    const { after, activations } = without({ removed: [{ layer: 2, neuron: 0 }], mode: "zero" });
    expect([...activations]).toEqual([1, 3, 0, 0]);
    expect(after[0]).toBeCloseTo(scoreOfFirst(-1), 12);
  });

  test("that is not there is refused", () => {
    expect(() => classifySample(network, split, 2, { removed: [], mode: "mean", means })).toThrow(/no sample 2 of 2/);
  });
});
