/** The sweep at rank-one cost against the masked sweep, which defines it, on every route up to the logits. */

import { describe, expect, test } from "vitest";
import { maskedSweep } from "../../src/ablation/masked/masked-sweep.ts";
import { fastSweep } from "../../src/ablation/walks/fast-sweep.ts";
import { singleRemovals } from "../../src/ablation/walks/single-removals.ts";
import { type AblationCurve, type ConstantMode, type RemovalOrder, replacementModes } from "../../src/core/ablation.ts";
import { activations, type LayerActivation, layerActivation } from "../../src/core/activation.ts";
import type { Network } from "../../src/core/network.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { type DeviceSplit, uploadSplit } from "../../src/passes/device-split.ts";
import { evaluate } from "../../src/passes/evaluate.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { curveName, madeUpConstants, neuronsOf, orderOf, shuffledOrders } from "../support/sweep-task.ts";

const subgroups = await testGpu();
const plain = await testGpu({ defaultLimits: true, subgroups: false });
const devices = [
  { kernels: "with subgroups", gpu: subgroups },
  { kernels: "without", gpu: plain },
];

/** Sample counts around blocks of 64 and subgroups of blocks; 13 classes are more than the walking shaders hold. */
const shapes: readonly (readonly [samples: number, widths: readonly number[]])[] = [
  [65, [6, 5, 3]],
  [131, [6, 9, 13]],
  [64, [3, 17, 9, 4]],
  [577, [4, 21, 13, 12]],
  [63, [4, 9, 8, 13]],
  [127, [7, 5, 7, 3, 5, 2]],
];

const leaky: LayerActivation = { kind: "leaky-relu", alpha: 0.2 };
const elu: LayerActivation = { kind: "elu", alpha: 0.5 };
const softplus = layerActivation("softplus");
const gelu = layerActivation("gelu");
const geluTanh = layerActivation("gelu-tanh");

interface Case {
  readonly network: Network;
  readonly split: DeviceSplit;
  readonly orders: readonly RemovalOrder[];
  readonly meanActivations: readonly Float32Array[];
}

function madeUp(gpu: GpuContext, samples: number, widths: readonly number[], activation: Network["activation"]): Case {
  const random = testRandom(samples);
  const network = realNetwork(random, widths, activation);
  const features = widths[0]!;
  const split = uploadSplit(
    gpu,
    "test",
    randomSplit(random, samples, features, widths.at(-1)!),
    features,
    widths.at(-1)!,
  );
  return {
    network,
    split,
    // Shuffled, and one layer after the other from either end: steps and the evaluations between them in long runs.
    orders: [
      ...shuffledOrders(network, random, 2),
      orderOf("network", neuronsOf(network), 2),
      orderOf("network", neuronsOf(network).toReversed(), 3),
    ],
    meanActivations: madeUpConstants(network, random),
  };
}

/** Rounding may decide between two classes of one sample; a wrong update moves the loss far more than 1e-5 of it. */
function expectSame(fast: readonly AblationCurve[], masked: readonly AblationCurve[]): void {
  expect(fast.map(curveName)).toEqual(masked.map(curveName));
  fast.forEach((curve, index) => {
    const want = masked[index]!;
    expect(curve.removed).toEqual(want.removed);
    curve.loss.forEach((loss, step) => {
      expect(Math.abs(loss / want.loss[step]! - 1), `loss, ${curveName(curve)}, step ${step}`).toBeLessThan(1e-5);
      const difference = Math.abs(curve.correct[step]! - want.correct[step]!);
      expect(difference, `correct, ${curveName(curve)}, step ${step}`).toBeLessThanOrEqual(1);
    });
  });
  const all = (curves: readonly AblationCurve[]) => curves.flatMap(({ correct }) => Array.from(correct));
  const want = all(masked);
  const equal = all(fast).filter((count, index) => count === want[index]).length;
  expect(equal / want.length).toBeGreaterThan(0.98);
}

/**
 * Correct predictions by class of networks that lack one neuron each: its outgoing weights are 0, and the biases above take
 * what the constant would have added.
 */
async function withoutEach(
  gpu: GpuContext,
  split: DeviceSplit,
  network: Network,
  means: readonly Float32Array[],
): Promise<(mode: ConstantMode, layer: number, neuron: number) => Uint32Array> {
  const neurons = replacementModes.flatMap((mode) => neuronsOf(network).map((address) => ({ mode, ...address })));
  const lacking = neurons.map(({ mode, layer, neuron }): Network => {
    const layers = network.layers.map((above, index) => {
      if (index !== layer) return above;
      const [weights, biases] = [above.weights.slice(), above.biases.slice()];
      for (let output = 0; output < above.outputs; output++) {
        const at = output * above.inputs + neuron;
        if (mode === "mean") biases[output]! += weights[at]! * means[layer - 1]![neuron]!;
        weights[at] = 0;
      }
      return { ...above, weights, biases };
    });
    return { ...network, layers };
  });
  using uploaded = uploadNetworks(gpu, lacking);
  const { correctPerClass: counts } = await evaluate(gpu, uploaded, split);
  const { classes } = split;
  const place = new Map(neurons.map(({ mode, layer, neuron }, row) => [`${mode} ${layer} ${neuron}`, row]));
  return (mode, layer, neuron) => {
    const row = place.get(`${mode} ${layer} ${neuron}`)!;
    return counts.subarray(row * classes, (row + 1) * classes);
  };
}

describe.each(devices)("$kernels, a fast sweep", ({ gpu }) => {
  const cases = [
    ...shapes.map(([samples, widths], index) => ({ samples, widths, activation: activations[index % 3]! })),
    // Each as a layer that walks (the second) and as one that is computed anew, beside others.
    { samples: 67, widths: [4, 7, 6, 5, 3], activation: [elu, gelu, softplus] },
    { samples: 70, widths: [4, 7, 6, 3], activation: [leaky, geluTanh] },
  ];

  test.each(cases)("equals the masked one: $activation, $widths, $samples samples", async (given) => {
    const { split, ...task } = madeUp(gpu, given.samples, given.widths, given.activation);
    using _ = split;
    for (const stride of [1, 3, 100]) {
      const options = { modes: replacementModes, stride };
      const [fast = []] = await fastSweep(gpu, split, [task], options);
      expectSame(fast, await maskedSweep(gpu, split, task, options));
    }
  });

  test.each(cases)("removes single neurons as a masked pass does: $activation, $widths", async (given) => {
    const { network, split, meanActivations } = madeUp(gpu, given.samples, given.widths, given.activation);
    using _ = split;
    const orders = neuronsOf(network).map((neuron, draw) => orderOf(`layer${neuron.layer}`, [neuron], draw));
    const masked = await maskedSweep(
      gpu,
      split,
      { network, orders, meanActivations },
      { modes: replacementModes, stride: 1 },
    );
    const [single = []] = await singleRemovals(gpu, split, [{ network, meanActivations, repeat: 0 }], replacementModes);
    const perClass = await withoutEach(gpu, split, network, meanActivations);
    for (const { mode, layer, correct, loss, correctPerClass } of single) {
      const own = masked.filter((curve) => curve.mode === mode && curve.order.scope === `layer${layer}`);
      expect(correct.length).toBe(own.length);
      own.forEach((curve, neuron) => {
        expect(Math.abs(loss[neuron]! / curve.loss[1]! - 1), `loss, layer ${layer}, neuron ${neuron}`).toBeLessThan(
          1e-5,
        );
        expect(Math.abs(correct[neuron]! - curve.correct[1]!)).toBeLessThanOrEqual(1);
        const got = correctPerClass!.subarray(neuron * split.classes, (neuron + 1) * split.classes);
        expect(got.reduce((sum, count) => sum + count, 0)).toBe(correct[neuron]);
        const want = perClass(mode, layer, neuron);
        const differences = got.map((count, label) => Math.abs(count - want[label]!));
        expect(Math.max(...differences), `classes, ${mode}, layer ${layer}, neuron ${neuron}`).toBeLessThanOrEqual(1);
      });
    }
  });
});

test("progress ends with all evaluations", async () => {
  const { split, ...task } = madeUp(subgroups, 65, [6, 5, 3], "relu");
  using _ = split;
  const seen: (readonly [number, number])[] = [];
  const [curves = []] = await fastSweep(subgroups, split, [task], { modes: ["mean"], stride: 2 }, (...at) =>
    seen.push(at),
  );
  const evaluations = curves.reduce((sum, { removed }) => sum + removed.length, 0);
  expect(seen.at(-1)).toEqual([evaluations, evaluations]);
});
