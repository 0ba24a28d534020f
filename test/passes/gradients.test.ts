/** The whole backward pass over a validation set against float64, with every activation, and in any company. */
import { describe, expect, test } from "vitest";
import { activations, layerActivation, type NetworkActivation } from "../../src/core/activation.ts";
import type { GradientSums } from "../../src/core/evidence.ts";
import type { Network } from "../../src/core/network.ts";
import { keepsSlopes, uploadNetworks } from "../../src/passes/device-networks.ts";
import { type DevicePages, uploadSplit } from "../../src/passes/device-split.ts";
import { createClassSumsCollector } from "../../src/passes/evidence/class-sums.ts";
import { createGradientsCollector } from "../../src/passes/evidence/gradients.ts";
import { type Collector, ride } from "../../src/passes/evidence/ride.ts";
import { layerEvidence } from "../../src/reference/evidence.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { expectWithin } from "../support/agreement.ts";
import { boundedGradientSums } from "../support/evidence-bounds.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";

const gpu = await testGpu();
const CLASSES = 3;
const WIDTHS = [9, 7, 5, CLASSES];

async function gather(
  networks: readonly Network[],
  split: DevicePages,
  {
    rows,
    others = () => [],
  }: { rows?: number; others?: (device: ReturnType<typeof uploadNetworks>) => Collector[] } = {},
): Promise<GradientSums[][]> {
  using device = uploadNetworks(gpu, networks);
  const gradients = createGradientsCollector(device, keepsSlopes(device));
  await ride({ gpu, networks: device, split, rows }, "gradients", [...others(device), gradients]);
  return gradients.gathered();
}

const all = ({ sizes, productSizes, products, squares }: GradientSums) => [
  ...sizes,
  ...productSizes,
  ...products,
  ...squares,
];

describe("gradients of the loss by outputs", () => {
  const random = testRandom(90);
  const split = randomSplit(random, 200, 9, CLASSES);
  const mixed = (["gelu", "relu"] as const).map(layerActivation);
  const cases: [string, NetworkActivation][] = [
    ...activations.map((kind): [string, NetworkActivation] => [kind, kind]),
    ["mixed", mixed],
  ];

  test.each(cases)("agree with float64 in both hidden layers with %s", async (_, activation) => {
    const network = realNetwork(random, WIDTHS, activation);
    using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
    const [got] = await gather([network], samples);
    const source = { network, inputs: inputValues(split.inputs), labels: split.labels };
    const bounds = boundedGradientSums(source);
    for (const [layer, { gradients, units }] of layerEvidence(source).entries()) {
      const subject = { gpu, what: `gradients, layer ${layer + 1}`, shape: [4, units] };
      expectWithin(subject, all(got![layer]!), all(gradients), all(bounds[layer]!));
    }
  });

  test("are the same bits in chunks, in pages that part blocks, beside other networks and other riders", async () => {
    const long = randomSplit(random, 2300, 9, CLASSES);
    const networks = [0, 1].map(() => realNetwork(random, WIDTHS, mixed));
    using samples = uploadSplit(gpu, "validation", long, 9, CLASSES);
    const whole = await gather(networks, samples);
    for (const rows of [64, 448]) expect(await gather(networks, samples, { rows })).toEqual(whole);
    for (const page of [960, 1024, 1088])
      expect(await gather(networks, inPages(gpu, long, CLASSES, page))).toEqual(whole);
    expect(await gather([networks[1]!], samples)).toEqual(whole.slice(1));
    const others = (device: ReturnType<typeof uploadNetworks>) => [createClassSumsCollector(device, CLASSES)];
    expect(await gather(networks, samples, { others })).toEqual(whole);
  });

  test("are exactly 0 times a silent neuron's output, though not by it", async () => {
    const network = realNetwork(testRandom(91), WIDTHS, "relu");
    network.layers[0]!.weights.fill(0, 0, 9);
    network.layers[0]!.biases[0] = -1;
    using samples = uploadSplit(gpu, "validation", split, 9, CLASSES);
    const [first] = (await gather([network], samples))[0]!;
    expect([first!.productSizes[0], first!.products[0], first!.squares[0]]).toEqual([0, 0, 0]);
    expect(first!.sizes[0]).toBeGreaterThan(0);
  });
});
