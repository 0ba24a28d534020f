/** Neurons removed alone over a validation set against float64, with every activation, in any company and any memory. */
import { describe, expect, test } from "vitest";
import { type ReplacementMode, replacementModes } from "../../src/core/ablation.ts";
import { activations, layerActivation, type NetworkActivation } from "../../src/core/activation.ts";
import type { Network } from "../../src/core/network.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { type DevicePages, uploadSplit } from "../../src/passes/device-split.ts";
import { countNeurons } from "../../src/passes/evidence/bits.ts";
import { createRemovalsCollector } from "../../src/passes/evidence/removals.ts";
import { ride } from "../../src/passes/evidence/ride.ts";
import { type EvidenceSource, removalSums } from "../../src/reference/evidence.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { forwardNetwork } from "../../src/reference/network.ts";
import { expectWithin } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { withMemory } from "../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";
import { perturbedBounds } from "../support/perturbed-bounds.ts";

const gpu = await testGpu();
const CLASSES = 3;
const WIDTHS = [6, 5, 4, 4, CLASSES];

/** [modes][networks][hidden layers] */
async function gather(
  networks: readonly Network[],
  split: DevicePages,
  rows?: number,
  context: GpuContext = gpu,
  modes: readonly ReplacementMode[] = replacementModes,
) {
  using device = uploadNetworks(context, networks);
  const counted = await countNeurons(context, device, split);
  const means = WIDTHS.slice(1, -1).map((_, layer) =>
    Float32Array.from(counted.flatMap((ofNetwork) => [...ofNetwork[layer]!.meanActivation])),
  );
  const removals = createRemovalsCollector(device, means, modes);
  await ride({ gpu: context, networks: device, split, rows }, "removals", [removals]);
  return modes.map((mode) => removals.gathered(mode));
}

/** Losses, divergences and squares of all neurons in one mode and then the other. */
function referenceSums(source: EvidenceSource): number[] {
  const outputs = forwardNetwork(source.network, source.inputs);
  return replacementModes.flatMap((mode) =>
    removalSums(source, outputs, mode).flatMap(({ losses, divergences, squares }) => [
      ...losses,
      ...divergences,
      ...squares,
    ]),
  );
}

const random = testRandom(160);
const mixed = (["gelu", "relu", "tanh"] as const).map(layerActivation);
const cases: [string, NetworkActivation][] = [
  ...activations.map((kind): [string, NetworkActivation] => [kind, kind]),
  ["mixed", mixed],
];

describe("neurons removed alone", () => {
  test.each(cases)("change what they do in float64, in three hidden layers of %s", async (_, activation) => {
    const network = realNetwork(random, WIDTHS, activation);
    const split = randomSplit(random, 12, WIDTHS[0]!, CLASSES);
    using samples = uploadSplit(gpu, "validation", split, WIDTHS[0]!, CLASSES);
    const source = { network, inputs: inputValues(split.inputs), labels: split.labels };
    const want = referenceSums(source);
    // Roundings of a neuron's own change, and of what the largest changes by.
    const scales = want.map(() => Math.max(...want.map(Math.abs)) / 8);
    const bounds = perturbedBounds(source, referenceSums, scales, 16);
    const got = (await gather([network], samples)).flatMap(([layers]) =>
      layers!.flatMap(({ losses, divergences, squares }) => [...losses, ...divergences, ...squares]),
    );
    expectWithin({ gpu, what: "removals", shape: [want.length] }, got, want, bounds);
  });

  test("are the same bits in chunks, pages, beside other networks, in small groups, and in one mode alone", async () => {
    const long = randomSplit(random, 1100, WIDTHS[0]!, CLASSES);
    const networks = [0, 1].map(() => realNetwork(random, WIDTHS, mixed));
    using samples = uploadSplit(gpu, "validation", long, WIDTHS[0]!, CLASSES);
    const whole = await gather(networks, samples);
    expect(await gather(networks, samples, 448)).toEqual(whole);
    expect(await gather(networks, inPages(gpu, long, CLASSES, 960))).toEqual(whole);
    expect(await gather([networks[1]!], samples)).toEqual(whole.map((ofMode) => ofMode.slice(1)));
    expect(await gather(networks, samples, 448, withMemory(gpu, 100_000))).toEqual(whole);
    for (const [index, mode] of replacementModes.entries()) {
      expect(await gather(networks, samples, undefined, gpu, [mode])).toEqual([whole[index]]);
    }
  });

  test("add up over blocks of samples", async () => {
    const long = randomSplit(random, 1100, WIDTHS[0]!, CLASSES);
    const network = realNetwork(random, WIDTHS, "tanh");
    const lossesOf = async (first: number, end: number) => {
      const inputs = long.inputs.subarray(first * WIDTHS[0]!, end * WIDTHS[0]!);
      const part = { count: end - first, inputs, labels: long.labels.subarray(first, end) };
      using samples = uploadSplit(gpu, "validation", part, WIDTHS[0]!, CLASSES);
      const [[layers]] = (await gather([network], samples)) as [[Sums[]]];
      return layers.flatMap(({ losses, squares }) => [...losses, ...squares]);
    };
    const [whole, begin, end] = [await lossesOf(0, 1100), await lossesOf(0, 600), await lossesOf(600, 1100)];
    for (const [at, value] of whole.entries()) expect(value).toBeCloseTo(begin[at]! + end[at]!, 2);
  });

  test("change exactly nothing where a silent neuron becomes 0, or a constant one its mean", async () => {
    const network = realNetwork(testRandom(161), WIDTHS, "relu");
    for (const [neuron, bias] of [-1, 3].entries()) {
      network.layers[0]!.weights.fill(0, neuron * 6, (neuron + 1) * 6);
      network.layers[0]!.biases[neuron] = bias;
    }
    const split = randomSplit(random, 100, WIDTHS[0]!, CLASSES);
    using samples = uploadSplit(gpu, "validation", split, WIDTHS[0]!, CLASSES);
    const [[[zeros]], [[means]]] = (await gather([network], samples)) as [[[Sums]], [[Sums]]];
    expect([zeros.losses[0], zeros.divergences[0], zeros.squares[0]]).toEqual([0, 0, 0]);
    expect([means.losses[1], means.divergences[1], means.squares[1]]).toEqual([0, 0, 0]);
    expect(zeros.squares[1]).toBeGreaterThan(0);
  });
});

type Sums = ReturnType<ReturnType<typeof createRemovalsCollector>["gathered"]>[number][number];
