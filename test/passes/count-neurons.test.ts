/** countNeurons, the whole pass from pixels to counts and means, against the references. */
import { describe, expect, test } from "vitest";
import { type Activation, activations, quantizationThresholds } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { countNeurons } from "../../src/passes/evidence/bits.ts";
import { createForwardPass } from "../../src/passes/forward-pass.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { meanActivations, onesPerClass } from "../../src/reference/histogram.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { type Bounded, forwardBounds } from "../support/propagated-rounding.ts";
import { ULP } from "../support/rounding.ts";

const gpu = await testGpu();
const CLASSES = 3;

async function count(networks: readonly Network[], split: Split, rows?: number) {
  using device = uploadNetworks(gpu, networks);
  using samples = uploadSplit(gpu, "validation", split, networks[0]!.layers[0]!.inputs, CLASSES);
  return await countNeurons(gpu, device, samples, rows);
}

/** Counts are only defined up to rounding where an activation lies at the threshold; no test value may lie there. */
function expectClearOfThreshold({ values, bounds }: Bounded, activation: Activation): void {
  const theta = quantizationThresholds[activation];
  for (const [index, value] of values.entries()) {
    // relu is 0 on one side: exact, since a negative sum gives 0 whatever its rounding.
    if (activation === "relu" && value === 0) continue;
    expect(Math.abs(value - theta), "choose another seed").toBeGreaterThan(bounds[index]!);
  }
}

describe.each(activations)("with %s", (activation) => {
  // Seeds whose samples are clear of the threshold, see above.
  const random = testRandom(activation === "leaky-relu" ? 50 : 21);
  const networks = [0, 1, 2].map(() => realNetwork(random, [9, 7, 5, 3], activation));
  const split = randomSplit(random, 301, 9, CLASSES);

  test("counts of every network and hidden layer equal the reference, and means agree with it", async () => {
    const got = await count(networks, split, 64);
    for (const [index, network] of networks.entries()) {
      const layers = forwardBounds(network, inputValues(split.inputs)).slice(0, -1);
      expect(got[index]).toHaveLength(layers.length);
      for (const [layer, bounded] of layers.entries()) {
        expectClearOfThreshold(bounded, activation);
        const { units: neurons, levels, meanActivation } = got[index]![layer]!;
        const want = onesPerClass(bounded.values, split.labels, CLASSES, quantizationThresholds[activation]);
        const what = `counts of network ${index}, layer ${layer + 1}, ${activation}`;
        expectEqual({ gpu, what, shape: [neurons, CLASSES] }, levels.counts, want);
        const means = meanActivations(bounded.values, neurons);
        const bounds = meanActivations(bounded.bounds, neurons).map(
          (bound, u) => bound + 4 * ULP * means[u]! ** 2 + ULP,
        );
        expectWithin({ gpu, what: `means, ${what}`, shape: [neurons] }, meanActivation, means, bounds);
      }
    }
  });

  test("the size of the chunks changes no count and no bit of a mean", async () => {
    const whole = await count(networks, split);
    for (const rows of [64, 128, 192]) expect(await count(networks, split, rows)).toEqual(whole);
  });

  test("a network counts the same alone", async () => {
    expect(await count([networks[2]!], split)).toEqual((await count(networks, split)).slice(2));
  });
});

test("the mean of 60,000 activations is right to a float32 rounding", async () => {
  const random = testRandom(22);
  const split = randomSplit(random, 60_000, 1, CLASSES);
  const hidden = { inputs: 1, outputs: 1, weights: Float32Array.of(1), biases: Float32Array.of(0.1) };
  const logits = { inputs: 1, outputs: CLASSES, weights: new Float32Array(3), biases: new Float32Array(3) };
  const network: Network = { activation: "relu", layers: [hidden, logits] };
  const layer = (await count([network], split))[0]![0]!;
  const want = meanActivations(
    inputValues(split.inputs).map((x) => x + Math.fround(0.1)),
    1,
  );
  // Half a unit for the rounded 1 / 255, which all activations share, and half for the mean's own rounding; the others
  // average out. 60,000 values added up in float32 in a row are off by some 7 units.
  const subject = { gpu, what: "mean of 60,000 activations", shape: [1] };
  expectWithin(subject, layer.meanActivation, want, ULP * want[0]!);
});

/** What the forward pass itself computes for the first unit of the first hidden layer. */
async function firstActivation(network: Network, split: Split): Promise<number> {
  using device = uploadNetworks(gpu, [network]);
  using samples = uploadSplit(gpu, "validation", split, network.layers[0]!.inputs, CLASSES);
  using pass = await createForwardPass(gpu, device, samples, { rows: 64 });
  dispatch(gpu, { kernel: { label: "forward", encode: (encoder) => pass.encode(encoder, 0) }, grid: [1] });
  const outputs = await read(gpu, pass.outputs[0]!);
  expect(outputs).toHaveLength(64 * lanesOf(network.layers[0]!.outputs));
  return outputs[0]!;
}

test.each(activations)("the mean of a constant neuron is its activation, bit for bit, with %s", async (activation) => {
  const random = testRandom(23);
  for (const [index, bias] of [0.1, 0.3, -0.7, 1 / 3, 7e-4].entries()) {
    const network = realNetwork(random, [6, 2, 3], activation);
    network.layers[0]!.weights.fill(0, 0, 6);
    network.layers[0]!.biases[0] = bias;
    const split = randomSplit(random, [1, 31, 1000, 2047, 4999][index]!, 6, CLASSES);
    const layer = (await count([network], split, 128))[0]![0]!;
    const activationValue = await firstActivation(network, split);
    expect([bias, layer.meanActivation[0]]).toEqual([bias, activationValue]);
    if (activation === "relu") expect(activationValue).toBe(Math.max(0, Math.fround(bias)));
  }
});
