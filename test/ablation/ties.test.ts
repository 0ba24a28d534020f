/** Exactly tied logits, which the lowest class wins: the fast sweep and single removals count them as the masked sweep does. */
import { describe, expect, test } from "vitest";
import { maskedSweep } from "../../src/ablation/masked/masked-sweep.ts";
import { fastSweep } from "../../src/ablation/walks/fast-sweep.ts";
import { singleRemovals } from "../../src/ablation/walks/single-removals.ts";
import { type AblationCurve, replacementModes } from "../../src/core/ablation.ts";
import { activations } from "../../src/core/activation.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { type DeviceSplit, uploadSplit } from "../../src/passes/device-split.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { curveName } from "../support/sweep-task.ts";
import { type TiedCase, type TiedOptions, tiedCase } from "../support/tied-networks.ts";

const subgroups = await testGpu();
const plain = await testGpu({ defaultLimits: true, subgroups: false });

const SAMPLES = 140;

/** Correct predictions at every step, by curve. */
function countsOf(curves: readonly AblationCurve[]): Record<string, number[]> {
  return Object.fromEntries(curves.map((curve) => [curveName(curve), [...curve.correct]]));
}

/** Correct predictions without each neuron, from curves of orders that remove one neuron. */
function countsAlone(masked: readonly AblationCurve[]): Record<string, number> {
  const alone = masked.filter(({ order }) => order.neurons.length === 1);
  return Object.fromEntries(
    alone.map(({ mode, order, correct }) => {
      const { layer, neuron } = order.neurons[0]!;
      return [`${mode}, layer ${layer}, neuron ${neuron}`, correct[1]!];
    }),
  );
}

async function singleCounts(
  gpu: GpuContext,
  split: DeviceSplit,
  { network, meanActivations }: TiedCase,
): Promise<Record<string, number>> {
  const [tables = []] = await singleRemovals(gpu, split, [{ network, meanActivations, repeat: 0 }], replacementModes);
  return Object.fromEntries(
    tables.flatMap(({ layer, mode, correct }) =>
      Array.from(correct, (count, neuron) => [`${mode}, layer ${layer}, neuron ${neuron}`, count]),
    ),
  );
}

async function expectSameCounts(gpu: GpuContext, options: TiedOptions, strides: readonly number[]): Promise<void> {
  const task = await tiedCase(gpu, testRandom(50), options);
  const { widths } = options;
  using split = uploadSplit(gpu, "tied", task.split, widths[0]!, widths.at(-1)!);
  for (const stride of strides) {
    const settings = { modes: replacementModes, stride };
    const masked = await maskedSweep(gpu, split, task, settings);
    const [fast = []] = await fastSweep(gpu, split, [task], settings);
    expect(countsOf(fast), `${widths}, stride ${stride}`).toEqual(countsOf(masked));
    if (stride === 1) expect(await singleCounts(gpu, split, task), `${widths}`).toEqual(countsAlone(masked));
  }
}

describe("without biases, every step of every scope and each neuron alone", () => {
  test.each(activations)("are counted as the masked sweep does: %s", async (activation) => {
    await expectSameCounts(
      subgroups,
      { samples: SAMPLES, activation, widths: [5, 9, 8, 6], zeros: 0, wakes: false },
      [1],
    );
  });

  // One hidden layer, two, three, and more classes than the walking shaders hold: every route.
  const routes = [
    [5, 10, 4],
    [5, 9, 8, 6],
    [5, 6, 5, 4, 4],
    [5, 9, 13],
  ];

  test.each([
    { kernels: "with subgroups", gpu: subgroups },
    { kernels: "without", gpu: plain },
  ])("are on every route, where weights are 0 and where neurons wake: $kernels", async ({ gpu }) => {
    for (const widths of routes) {
      for (const given of [
        { zeros: 0, wakes: true },
        { zeros: 0.6, wakes: false },
      ])
        await expectSameCounts(gpu, { ...given, samples: SAMPLES, activation: "relu", widths }, [1, 3]);
    }
  });
});
