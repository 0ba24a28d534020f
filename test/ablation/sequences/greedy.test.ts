/** Greedy removals on a device against every candidate's loss in float64. */
import { describe, expect, test } from "vitest";
import { findGreedy, findGreedyAccuracy } from "../../../src/ablation/sequences/greedy.ts";
import { type NeuronAddress, type ReplacementMode, replacementModes } from "../../../src/core/ablation.ts";
import { layerActivation } from "../../../src/core/activation.ts";
import type { Split } from "../../../src/core/dataset.ts";
import { hiddenUnits } from "../../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../../src/core/network.ts";
import { type DevicePages, uploadSplit } from "../../../src/passes/device-split.ts";
import { inputValues } from "../../../src/reference/forward.ts";
import { greedyCandidates, outcomeWithout } from "../../../src/reference/greedy.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { replacements } from "../../../src/reference/removals.ts";
import { conformanceSets, networkOf, splitOf } from "../../support/conformance.ts";
import { testGpu } from "../../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../../support/networks.ts";
import { inPages } from "../../support/pages.ts";
import { ULP } from "../../support/rounding.ts";

const gpu = await testGpu();
const CLASSES = 3;
const WIDTHS = [6, 5, 4, 3, CLASSES];

const unitsOf = (network: Network) => hiddenUnits(networkShape(network));

/** Per hidden layer: what stands for removed neurons, as a device has it. */
function constantsOf(network: Network, split: Split, mode: ReplacementMode): Float32Array[] {
  const outputs = forwardNetwork(network, inputValues(split.inputs));
  return unitsOf(network).map((units, layer) => Float32Array.from(replacements(outputs[layer]!, units, mode)));
}

/** @param layers from 1 */
async function greedy(
  network: Network,
  samples: DevicePages,
  constants: Float32Array[],
  layers: readonly number[],
  { find = findGreedy, greedyBlock = 1 } = {},
) {
  const scopes = [layers.map((layer) => layer - 1)];
  const [rows] = await find({ gpu, network, samples, constants, scopes, greedyBlock });
  const all = unitsOf(network).flatMap((units, layer) =>
    Array.from({ length: units }, (_, neuron): NeuronAddress => ({ layer: layer + 1, neuron })),
  );
  return Array.from(rows!, (row) => all[row]!);
}

const upload = (split: Split, network: Network) => {
  const shape = networkShape(network);
  return uploadSplit(gpu, "validation", split, shape[0]!.inputs, shape.at(-1)!.units);
};

describe.each(conformanceSets)("greedy removals of $name", (set) => {
  test.each(replacementModes)("are those known, with their losses: %s", async (mode) => {
    const network = networkOf(set);
    const split = splitOf(set);
    using samples = upload(split, network);
    const constants = constantsOf(network, split, mode);
    for (const [index, { greedy: known }] of set.layers.entries()) {
      const order = await greedy(network, samples, constants, [index + 1]);
      expect(order.map(({ neuron }) => neuron)).toEqual(known[mode].order);
      for (const [removed, loss] of known[mode].losses.entries()) {
        const got = outcomeWithout(network, split, order.slice(0, removed), constants);
        // Means are rounded to float32 here.
        expect(got.loss).toBeCloseTo(loss, 6);
      }
    }
  });
});

describe("greedy removals from three hidden layers", () => {
  const random = testRandom(300);
  const network = realNetwork(random, WIDTHS, (["gelu", "relu", "tanh"] as const).map(layerActivation));
  const split = randomSplit(random, 40, WIDTHS[0]!, CLASSES);

  test.each(replacementModes)("take at every step what raises the loss least, up to rounding: %s", async (mode) => {
    using samples = upload(split, network);
    const constants = constantsOf(network, split, mode);
    const order = await greedy(network, samples, constants, [1, 2, 3]);
    expect(new Set(order.map(({ layer, neuron }) => `${layer}/${neuron}`)).size).toBe(12);
    for (const [step, chosen] of order.entries()) {
      const candidates = greedyCandidates(network, split, order.slice(0, step), constants, [1, 2, 3]);
      const least = Math.min(...candidates.map(({ loss }) => loss));
      const own = candidates.find(({ layer, neuron }) => layer === chosen.layer && neuron === chosen.neuron)!;
      // Four layers of short rows and a softmax: a few dozen roundings of logits that are of the loss's size or less.
      expect(own.loss - least, `step ${step}`).toBeLessThanOrEqual(64 * ULP * Math.max(1, own.loss));
    }
  });

  test.each(replacementModes)(
    "by accuracy take what leaves fewest errors, and of equals the least loss: %s",
    async (mode) => {
      using samples = upload(split, network);
      const constants = constantsOf(network, split, mode);
      const order = await greedy(network, samples, constants, [1, 2, 3], { find: findGreedyAccuracy });
      let differ = 0;
      for (const [step, chosen] of order.entries()) {
        const candidates = greedyCandidates(network, split, order.slice(0, step), constants, [1, 2, 3]);
        const fewest = Math.min(...candidates.map(({ wrong }) => wrong));
        const equals = candidates.filter(({ wrong }) => wrong === fewest);
        const least = Math.min(...equals.map(({ loss }) => loss));
        const own = candidates.find(({ layer, neuron }) => layer === chosen.layer && neuron === chosen.neuron)!;
        expect(own.wrong, `step ${step}`).toBe(fewest);
        expect(own.loss - least, `step ${step}`).toBeLessThanOrEqual(64 * ULP * Math.max(1, own.loss));
        if (candidates.some(({ loss }) => loss < own.loss - 1e-4)) differ++;
      }
      expect(differ, "steps at which the loss alone would have chosen another").toBeGreaterThan(0);
    },
  );

  test("in blocks take the best of a step by themselves, and the rest at the end", async () => {
    using samples = upload(split, network);
    const constants = constantsOf(network, split, "mean");
    const order = await greedy(network, samples, constants, [1, 2, 3], { greedyBlock: 5 });
    expect(order).toHaveLength(12);
    for (const first of [0, 5, 10]) {
      const candidates = greedyCandidates(network, split, order.slice(0, first), constants, [1, 2, 3]);
      const best = candidates.sort((a, b) => a.loss - b.loss).slice(0, 5);
      expect(order.slice(first, first + 5)).toEqual(best.map(({ layer, neuron }) => ({ layer, neuron })));
    }
  });

  test("are the same whether samples come in pages or whole", async () => {
    const long = randomSplit(random, 1100, WIDTHS[0]!, CLASSES);
    using samples = upload(long, network);
    const constants = constantsOf(network, long, "mean");
    const whole = await greedy(network, samples, constants, [1, 2]);
    expect(await greedy(network, inPages(gpu, long, CLASSES, 960), constants, [1, 2])).toEqual(whole);
  });
});

describe("ties of greedy removals", () => {
  test("go to the first layer, and to the first neuron in it, also once a layer is gone", async () => {
    const network = realNetwork(testRandom(301), [4, 3, 3, 2], "relu");
    // Nothing above the first hidden layer is read, so that all removals cost the same.
    network.layers.at(-1)!.weights.fill(0);
    const split = randomSplit(testRandom(302), 30, 4, 2);
    using samples = upload(split, network);
    const order = await greedy(network, samples, constantsOf(network, split, "mean"), [1, 2]);
    expect(order.map(({ layer, neuron }) => `${layer}/${neuron}`)).toEqual(["1/0", "1/1", "1/2", "2/0", "2/1", "2/2"]);
  });
});
