/** Whole passes along paths and down from the logits against float64, with every activation, and in any company. */
import { describe, expect, test } from "vitest";
import { activations, layerActivation, type NetworkActivation } from "../../src/core/activation.ts";
import type { Network } from "../../src/core/network.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { type DevicePages, uploadSplit } from "../../src/passes/device-split.ts";
import { createPathCollector } from "../../src/passes/evidence/path.ts";
import { ride } from "../../src/passes/evidence/ride.ts";
import { type RidingEvidence, ridingKinds } from "../../src/passes/evidence/riding-kinds.ts";
import { conductances, type EvidenceSource, relevances } from "../../src/reference/evidence.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { addMagnitudes } from "../../src/reference/magnitude-sums.ts";
import { forwardNetwork } from "../../src/reference/network.ts";
import { expectWithin } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";
import { perturbedBounds } from "../support/perturbed-bounds.ts";

const gpu = await testGpu();
const CLASSES = 3;
const WIDTHS = [6, 5, 4, CLASSES];
const kinds = ["path", "relevance"] as const satisfies readonly RidingEvidence[];

/** [kinds][networks][hidden layers] */
async function gather(
  networks: readonly Network[],
  split: DevicePages,
  wanted: readonly RidingEvidence[],
  rows?: number,
) {
  using device = uploadNetworks(gpu, networks);
  const collectors = wanted.map((kind) => ridingKinds[kind].create(device, CLASSES));
  await ride({ gpu, networks: device, split, rows }, "evidence", collectors);
  return collectors.map((collector) => collector.gathered());
}

const random = testRandom(130);
const mixed = (["gelu", "relu"] as const).map(layerActivation);
const cases: [string, NetworkActivation][] = [
  ...activations.map((kind): [string, NetworkActivation] => [kind, kind]),
  ["mixed", mixed],
];

/** Sums of sizes over samples, one hidden layer after the other. */
function referenceSums(kind: (typeof kinds)[number], source: EvidenceSource): number[] {
  const { network, inputs, labels } = source;
  const values = kind === "path" ? conductances(source) : relevances(source, forwardNetwork(network, inputs));
  return values.flatMap((own, layer) => [...addMagnitudes(own, network.layers[layer]!.outputs, labels.length)]);
}

describe.each(kinds)("%s", (kind) => {
  test.each(cases)("agrees with float64 in both hidden layers with %s", async (_, activation) => {
    const network = realNetwork(random, WIDTHS, activation);
    const split = randomSplit(random, 10, WIDTHS[0]!, CLASSES);
    using samples = uploadSplit(gpu, "validation", split, WIDTHS[0]!, CLASSES);
    const got = (await gather([network], samples, [kind]))[0]![0]!;
    const source = { network, inputs: inputValues(split.inputs), labels: split.labels };
    const want = referenceSums(kind, source);
    // A share of the greatest, as terms of a value may cancel.
    const scales = want.map(() => Math.max(...want));
    const bounds = perturbedBounds(source, (other) => referenceSums(kind, other), scales, 16);
    const found = got.flatMap((layer) => Object.values(layer).flatMap((sums) => [...sums]));
    expectWithin({ gpu, what: kind, shape: [want.length] }, found, want, bounds);
  });

  test("is the same bits in chunks, in pages that part blocks, beside other networks and other riders", async () => {
    const long = randomSplit(random, 1100, WIDTHS[0]!, CLASSES);
    const networks = [0, 1].map(() => realNetwork(random, WIDTHS, mixed));
    using samples = uploadSplit(gpu, "validation", long, WIDTHS[0]!, CLASSES);
    const [whole] = await gather(networks, samples, [kind]);
    expect((await gather(networks, samples, [kind], 448))[0]).toEqual(whole);
    expect((await gather(networks, inPages(gpu, long, CLASSES, 960), [kind]))[0]).toEqual(whole);
    expect((await gather([networks[1]!], samples, [kind]))[0]).toEqual(whole!.slice(1));
    expect((await gather(networks, samples, ["gradients", ...kinds]))[1 + kinds.indexOf(kind)]).toEqual(whole);
  });
});

describe("conductance", () => {
  test("of a layer adds up to what the label's logit gains over inputs of 0, where it never falls", async () => {
    // Of positive weights every term is positive, and so its own size.
    const layers = realNetwork(random, [6, 5, CLASSES], "sigmoid").layers.map((layer) => ({
      ...layer,
      weights: layer.weights.map(Math.abs),
    }));
    const network: Network = { activation: "sigmoid", layers };
    const split = randomSplit(random, 40, 6, CLASSES);
    using samples = uploadSplit(gpu, "validation", split, 6, CLASSES);
    using device = uploadNetworks(gpu, [network]);
    const path = createPathCollector(device, false);
    await ride({ gpu, networks: device, split: samples }, "path", [path]);
    const [layer] = path.gathered()[0]!;
    const sum = layer!.conductances.reduce((total, value) => total + value, 0);
    const gain = gains(network, inputValues(split.inputs), split.labels);
    // The last hidden layer's derivatives are the same all the way, so that steps leave nothing out.
    expect(Math.abs(sum / gain - 1)).toBeLessThan(1e-5);
  });
});

/** The sum over samples of the label's logit, less that at inputs of 0. */
function gains(network: Network, inputs: Float64Array, labels: ArrayLike<number>): number {
  const logit = (values: ArrayLike<number>) => {
    const outputs = forwardNetwork(network, values).at(-1)!;
    return Array.from(labels, (label, sample) => outputs[sample * CLASSES + label]!);
  };
  const none = logit(new Float64Array(inputs.length));
  return logit(inputs).reduce((sum, value, sample) => sum + value - none[sample]!, 0);
}
