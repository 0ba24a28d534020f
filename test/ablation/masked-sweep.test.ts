/** The sweep on the device against its float64 definition, and what must hold between its curves. */
import { describe, expect, test } from "vitest";
import { maskedSweep } from "../../src/ablation/masked/masked-sweep.ts";
import { type AblationCurve, type ReplacementMode, replacementModes } from "../../src/core/ablation.ts";
import { activations } from "../../src/core/activation.ts";
import { classCounts } from "../../src/core/class-counts.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { evaluate } from "../../src/passes/evaluate.ts";
import { maskedOutputs, referenceSweep, replacementsOf, valuesOf } from "../../src/reference/sweep.ts";
import { expectWithin } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { sweepBound } from "../support/sweep-bound.ts";
import { constantsOf, curveName, madeUpConstants, neuronsOf, orderOf, shuffledOrders } from "../support/sweep-task.ts";

const gpu = await testGpu();

interface Case {
  readonly network: Network;
  readonly split: Split;
  readonly means: readonly Float32Array[];
}

/** Depth 1 to 4 at widths that fill no quad, with sample counts around a block of 64 and primes. */
const shapes: readonly (readonly [samples: number, widths: readonly number[]])[] = [
  [65, [6, 5, 3]],
  [64, [3, 7, 3, 4]],
  [63, [5, 3, 13, 1, 3]],
  [127, [7, 5, 7, 3, 5, 2]],
];
const cases = activations.flatMap((activation) => shapes.map(([samples, widths]) => ({ activation, samples, widths })));

function madeUp(seed: number, samples: number, widths: readonly number[], activation: Network["activation"]): Case {
  const random = testRandom(seed);
  const network = realNetwork(random, widths, activation);
  const split = randomSplit(random, samples, widths[0]!, widths.at(-1)!);
  return { network, split, means: madeUpConstants(network, random) };
}

async function sweep(
  { network, split, means }: Case,
  orders: Parameters<typeof maskedSweep>[2]["orders"],
  stride = 1,
  modes: readonly ReplacementMode[] = replacementModes,
): Promise<AblationCurve[]> {
  using device = uploadSplit(gpu, "test", split, network.layers[0]!.inputs, network.layers.at(-1)!.outputs);
  return await maskedSweep(gpu, device, { network, orders, meanActivations: means }, { modes, stride });
}

/** All that a curve says of its steps. */
const stepsOf = ({ removed, correct, loss }: AblationCurve) => Array.from(removed, (n, i) => [n, correct[i], loss[i]]);

function expectAgreement({ network, split, means }: Case, curve: AblationCurve): number {
  const constants = constantsOf(curve.mode, means);
  const want = referenceSweep(network, split, curve.order, constants, curve.removed);
  const bound = sweepBound(network, split, curve.order, constants, curve.removed);
  const subject = { gpu, shape: [curve.removed.length] };
  expectWithin({ ...subject, what: `loss, ${curveName(curve)}` }, curve.loss, want.loss, bound.loss);
  // A sample whose two highest logits are closer than rounding reaches may go either way; all others are exact.
  expectWithin({ ...subject, what: `correct, ${curveName(curve)}` }, curve.correct, want.correct, bound.undecided);
  return bound.undecided.reduce((sum, count) => sum + count, 0) / (split.count * curve.removed.length);
}

describe("a masked sweep agrees with the float64 reference", () => {
  test.each(cases)("for $activation, widths $widths and $samples samples", async ({ activation, samples, widths }) => {
    const given = madeUp(100 + samples, samples, widths, activation);
    const orders = shuffledOrders(given.network, testRandom(7), 2);
    const curves = await sweep(given, orders);
    expect(curves.map(({ order, mode }) => [order, mode])).toEqual(
      orders.flatMap((order) => replacementModes.map((mode) => [order, mode])),
    );
    const undecided = curves.map((curve) => expectAgreement(given, curve));
    // Else the comparison of counts would say nothing.
    expect(undecided.reduce((sum, share) => sum + share, 0) / curves.length).toBeLessThan(0.01);
  });

  test("for a single sample, and at strides that do not divide the order", async () => {
    for (const samples of [1, 61]) {
      const given = madeUp(3, samples, [4, 5, 3, 2], "tanh");
      const orders = shuffledOrders(given.network, testRandom(8), 1);
      for (const stride of [2, 3, 100]) {
        const curves = await sweep(given, orders, stride);
        expect([...curves.at(-1)!.removed]).toEqual({ 2: [0, 2, 4, 6, 8], 3: [0, 3, 6, 8], 100: [0, 8] }[stride]);
        for (const curve of curves) expectAgreement(given, curve);
      }
    }
  });

  test("when orders of different scopes are mixed and modes are asked for in any order", async () => {
    const given = madeUp(4, 67, [5, 4, 6, 3, 3], "relu");
    const orders = shuffledOrders(given.network, testRandom(9), 2);
    // Layer 1 next to the whole network: both start in layer 1, and only one goes on above it.
    const shuffled = [0, 6, 4, 2, 7, 1, 3, 5].map((index) => orders[index]!);
    expect(shuffled.map(({ scope }) => scope).slice(0, 4)).toEqual(["layer1", "network", "layer3", "layer2"]);
    const curves = await sweep(given, shuffled, 2, ["mean", "zero"]);
    expect(curves.map(({ mode }) => mode).slice(0, 2)).toEqual(["mean", "zero"]);
    for (const curve of curves) expectAgreement(given, curve);
  });
});

describe("the curves of a sweep", () => {
  const given = madeUp(5, 131, [6, 5, 7, 3], "sigmoid");

  test("share both end points, bit for bit, where scope and mode are the same", async () => {
    const curves = await sweep(given, shuffledOrders(given.network, testRandom(11), 3));
    const kinds = new Set(curves.map(({ mode, order }) => `${mode} ${order.scope}`));
    expect(kinds.size).toBe(6);
    for (const kind of kinds) {
      const group = curves.filter(({ mode, order }) => kind === `${mode} ${order.scope}`).map(stepsOf);
      expect(group, kind).toHaveLength(3);
      for (const at of [0, -1]) {
        expect(new Set(group.map((steps) => steps.at(at)!.join(" "))).size, `${kind}, step ${at}`).toBe(1);
      }
    }
  });

  test("begin with the intact network: as many correct as its evaluation counts, and the same loss", async () => {
    const curves = await sweep(given, shuffledOrders(given.network, testRandom(12), 1));
    using networks = uploadNetworks(gpu, [given.network]);
    using split = uploadSplit(gpu, "test", given.split, 6, 3);
    const intact = await evaluate(gpu, networks, split);
    for (const { correct, loss } of curves) {
      expect(correct[0]).toBe(intact.correct[0]);
      expect(loss[0]).toBeCloseTo(intact.loss[0]!, 6);
    }
  });

  test("end in a constant output, so that one class is right and all others are wrong", async () => {
    const { network, split, means } = given;
    const sizes = classCounts(split.labels, 3);
    for (const { order, mode, correct } of await sweep(given, shuffledOrders(network, testRandom(13), 1))) {
      const all = replacementsOf(network, order, constantsOf(mode, means), order.neurons.length);
      const outputs = [0, 1].map((sample) => maskedOutputs(network, valuesOf(split, sample), all).at(-1)!);
      expect(outputs[0]).toEqual(outputs[1]);
      expect(correct.at(-1)).toBe(sizes[outputs[0]!.indexOf(Math.max(...outputs[0]!))]);
    }
  });

  test("call every sample class 0 where nothing is left to tell classes apart", async () => {
    const layers = given.network.layers.map((layer) => ({ ...layer, biases: layer.biases.map(() => 0) }));
    const silent = { ...given, network: { ...given.network, layers } };
    const [curve] = await sweep(silent, [orderOf("layer2", neuronsOf(given.network, 2))], 100, ["zero"]);
    expect(curve!.correct[1]).toBe(classCounts(given.split.labels, 3)[0]);
    expect(curve!.loss[1]).toBeCloseTo(Math.log(3), 6);
  });

  test("agree wherever they have removed the same set, whatever the order was", async () => {
    const neurons = neuronsOf(given.network);
    const halves = [neurons.filter((_, index) => index % 2 === 0), neurons.filter((_, index) => index % 2 === 1)];
    const one = orderOf("network", halves.flat());
    const other = orderOf("network", [...halves[0]!.toReversed(), ...halves[1]!.toReversed()], 1);
    const curves = await sweep(given, [one, other]);
    for (const mode of replacementModes) {
      const [a, b] = curves.filter((curve) => curve.mode === mode).map(stepsOf);
      expect(a![halves[0]!.length]).toEqual(b![halves[0]!.length]);
      expect(a).not.toEqual(b);
    }
  });

  test("tell of the same number of evaluations to do throughout, and end with all of them done", async () => {
    const orders = shuffledOrders(given.network, testRandom(14), 1);
    const seen: [number, number][] = [];
    using split = uploadSplit(gpu, "test", given.split, 6, 3);
    const task = { network: given.network, orders, meanActivations: given.means };
    const options = { modes: replacementModes, stride: 1 };
    await maskedSweep(gpu, split, task, options, (done, total) => seen.push([done, total]));
    const evaluations = 2 * (6 + 8 + 13);
    expect(seen.every(([, total]) => total === evaluations)).toBe(true);
    expect(seen.at(-1)![0]).toBe(evaluations);
  });
});
