/** What one sample is taken for: on a network small enough to follow by hand, and on others against fresh forward passes. */

import { describe, expect, test } from "vitest";
import type { NeuronAddress } from "../../src/core/ablation.ts";
import { activationOfLayer, activations } from "../../src/core/activation.ts";
import type { Dataset, Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { treatedDataset } from "../../src/data/inputs/treat-inputs.ts";
import { forwardLayer } from "../../src/reference/forward.ts";
import { forwardNetwork } from "../../src/reference/network.ts";
import { classifyInputs, type SampleRemoval } from "../../web/engine/classify.ts";
import { chosenSample } from "../../web/engine/sample-inputs.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { tinyDataset } from "../support/tiny-study.ts";

/** Two inputs, two hidden layers of two ReLUs, two classes. */
const network: Network = {
  activation: "relu",
  layers: [
    { inputs: 2, outputs: 2, weights: Float32Array.of(1, 0, 0, 2), biases: Float32Array.of(0, 1) },
    { inputs: 2, outputs: 2, weights: Float32Array.of(1, 1, 1, -1), biases: Float32Array.of(0, 0) },
    { inputs: 2, outputs: 2, weights: Float32Array.of(2, 0.5, 1, 4), biases: Float32Array.of(0, 1) },
  ],
};
const means = [Float32Array.of(0.5, 0.25), Float32Array.of(3, 0.75)];
const without = (removal: Partial<SampleRemoval> = {}) =>
  classifyInputs(network, Float64Array.of(1, 1), { removed: [], mode: "mean", means, ...removal });
const scoreOfFirst = (difference: number) => 1 / (1 + Math.exp(-difference));

describe("a sample", () => {
  test("has scores, outputs of all hidden neurons, and what each carries of the winner's logit", () => {
    // Layer 1: 1, 3. Layer 2: 4, 0. Logits: 8, 5. Without a neuron: 7, 2.875, 6, 8.375.
    const { before, after, winner, activations: outputs, carried, carriedFrom } = without();
    expect(winner).toBe(0);
    expect([...outputs]).toEqual([1, 3, 4, 0]);
    expect([...carried]).toEqual([1, 5.125, 2, -0.375]);
    expect(carriedFrom).toBe(1);
    expect(before[0]).toBeCloseTo(scoreOfFirst(3), 12);
    expect(before[0]! + before[1]!).toBeCloseTo(1, 12);
    expect(after).toEqual(before);
  });

  test("without neurons goes on from their means, layer by layer; those that are out carry nothing", () => {
    // Layer 1: 1, 0.25. Layer 2: 1.25, 0.75. Logits: 2.875, 5.25. Without a neuron more: 2.75 (0.75, 0.25), 7, 5.25.
    const { before, after, winner, activations: outputs, carried } = without({ removed: [{ layer: 1, neuron: 1 }] });
    expect([...outputs]).toEqual([1, 0.25, 1.25, 0.75]);
    expect(winner).toBe(1);
    expect([...carried]).toEqual([2.5, 0, -1.75, 0]);
    expect(before[0]).toBeCloseTo(scoreOfFirst(3), 12);
    expect(after[0]).toBeCloseTo(scoreOfFirst(2.875 - 5.25), 12);
  });

  test("without neurons goes on from zero where that is asked for", () => {
    // Layer 2: 0, 0. Logits: 0, 1.
    const { after, activations: outputs, carried } = without({ removed: [{ layer: 2, neuron: 0 }], mode: "zero" });
    expect([...outputs]).toEqual([1, 3, 0, 0]);
    // Without the second neuron of layer 1, layer 2 is 0, 1: the second logit is 5.
    expect([...carried]).toEqual([0, -4, 0, 0]);
    expect(after[0]).toBeCloseTo(scoreOfFirst(-1), 12);
  });

  test("of a large network is followed from the layer on for which there is time", () => {
    const { carried, carriedFrom } = classifyInputs(
      network,
      Float64Array.of(1, 1),
      { removed: [], mode: "mean", means },
      6,
    );
    expect(carriedFrom).toBe(2);
    expect([...carried]).toEqual([Number.NaN, Number.NaN, 2, -0.375]);
  });
});

/** The logits of a pass of its own. */
function logitsWithout({ layers, activation }: Network, inputs: Float64Array, removal: SampleRemoval): Float64Array {
  return layers.reduce((below, layer, index) => {
    const outputs = forwardLayer(below, layer, activationOfLayer(activation, index, layers.length));
    for (const { layer: place, neuron } of removal.removed) {
      if (place === index + 1) outputs[neuron] = removal.mode === "zero" ? 0 : removal.means[index]![neuron]!;
    }
    return outputs;
  }, inputs);
}

describe("what a sample is taken for equals a fresh pass", () => {
  test.each(activations.flatMap((kind) => (["mean", "zero"] as const).map((mode) => [kind, mode] as const)))(
    "with every neuron removed alone beside those that are out, %s, %s",
    (kind, mode) => {
      const random = testRandom(5);
      const own = realNetwork(random, [6, 7, 5, 4, 3], kind);
      const inputs = Float64Array.from({ length: 6 }, () => random.nextUnit());
      const ownMeans = [7, 5, 4].map((width) => Float32Array.from({ length: width }, () => random.nextUnit()));
      const removed: NeuronAddress[] = [
        { layer: 1, neuron: 2 },
        { layer: 2, neuron: 4 },
        { layer: 3, neuron: 0 },
      ];
      const removal = { removed, mode, means: ownMeans };
      const { before, after, winner, carried } = classifyInputs(own, inputs, removal);
      const logits = logitsWithout(own, inputs, removal);
      const shares = (of: Float64Array) => {
        const sum = of.reduce((total, logit) => total + Math.exp(logit), 0);
        return of.map((logit) => Math.exp(logit) / sum);
      };
      shares(logits).forEach((share, label) => {
        expect(after[label]).toBeCloseTo(share, 12);
      });
      shares(forwardNetwork(own, inputs).at(-1)!).forEach((share, label) => {
        expect(before[label]).toBeCloseTo(share, 12);
      });
      const addresses = [7, 5, 4].flatMap((width, index) =>
        Array.from({ length: width }, (_, neuron) => ({ layer: index + 1, neuron })),
      );
      expect(carried).toHaveLength(addresses.length);
      for (const [row, address] of addresses.entries()) {
        const fresh = logitsWithout(own, inputs, { ...removal, removed: [...removed, address] });
        expect(carried[row]).toBeCloseTo(logits[winner]! - fresh[winner]!, 11);
      }
    },
  );
});

describe("the inputs of a sample", () => {
  const { features } = tinyDataset;
  const first = tinyDataset.validation.inputs.subarray(0, features);
  const asFloats = (split: Split, factor = 1): Split => ({
    ...split,
    inputs: Float32Array.from(split.inputs, (byte) => (factor * byte) / 255),
  });
  const floats: Dataset = { ...tinyDataset, validation: asFloats(tinyDataset.validation, 4) };
  const treated = treatedDataset(
    tinyDataset,
    { means: Float32Array.of(0.25), deviations: Float32Array.of(0.5) },
    "network",
  );

  test("that is drawn are those of a validation sample of the same pixels, treated as the network takes them", () => {
    for (const dataset of [tinyDataset, treated]) {
      const sample = chosenSample({ sample: 0 }, dataset, tinyDataset.validation);
      const drawn = chosenSample({ drawn: Uint8Array.from(first) }, dataset, tinyDataset.validation);
      expect(drawn.inputs).toEqual(sample.inputs);
      expect(drawn.pixels).toEqual(sample.pixels);
      expect([sample.sample, sample.label, drawn.sample, drawn.label]).toEqual([
        0,
        tinyDataset.validation.labels[0],
        undefined,
        undefined,
      ]);
    }
  });

  test("that is drawn go from the least to the greatest value of data that are not bytes", () => {
    const drawn = Uint8Array.from({ length: features }, (_, index) => (index % 2) * 255);
    const { inputs } = chosenSample({ drawn }, floats, floats.validation);
    const values = floats.validation.inputs;
    const [least, most] = [Math.min(...values), Math.max(...values)];
    expect([...new Set(inputs)]).toEqual([least, most]);
    expect(most).toBeGreaterThan(1);
  });

  test("that is not there, or of another size, are refused", () => {
    const { validation } = tinyDataset;
    expect(() => chosenSample({ sample: validation.count }, tinyDataset, validation)).toThrow(/no sample/);
    expect(() => chosenSample({ drawn: new Uint8Array(3) }, tinyDataset, validation)).toThrow(/3 pixels were drawn/);
  });
});
