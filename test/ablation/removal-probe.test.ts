/** What a click computes, against the masked sweep that defines it. */
import { describe, expect, test } from "vitest";
import { maskedSweep } from "../../src/ablation/masked/masked-sweep.ts";
import { createRemovalProbe } from "../../src/ablation/walks/removal-probe.ts";
import { replacementModes } from "../../src/core/ablation.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { evaluate } from "../../src/passes/evaluate.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { madeUpConstants, shuffledOrders } from "../support/sweep-task.ts";

const gpu = await testGpu();

function madeUp(samples: number, widths: readonly number[]) {
  const random = testRandom(samples);
  const network = realNetwork(random, widths, "sigmoid");
  const split = randomSplit(random, samples, widths[0]!, widths.at(-1)!);
  return { network, split, means: madeUpConstants(network, random), orders: shuffledOrders(network, random, 1) };
}

/** So little memory that the samples come in several chunks. */
const crammed: GpuContext = { ...gpu, memoryBytes: 4096 };

describe.each([
  ["one chunk", gpu],
  ["several chunks", crammed],
])("a probe over samples in %s", (_, device) => {
  test.each([
    [65, [6, 5, 3]],
    [200, [3, 7, 3, 4]],
    [127, [7, 5, 7, 3, 5, 2]],
  ])("removes any set as the masked sweep does: %i samples, widths %j", async (samples, widths) => {
    const { network, split, means, orders } = madeUp(samples, widths);
    using onGpu = uploadSplit(device, "test", split, widths[0]!, widths.at(-1)!);
    using probe = await createRemovalProbe(device, network, { meanActivations: means }, onGpu);
    const task = { network, orders, meanActivations: means };
    const curves = await maskedSweep(gpu, onGpu, task, { modes: replacementModes, stride: 1 });
    for (const { order, mode, removed, correct, loss } of curves) {
      // From the last step to the first: a probe must not remember what was removed before.
      for (const step of [...removed.keys()].reverse()) {
        const probed = await probe.evaluate(order.neurons.slice(0, removed[step]), mode);
        expect([probed.correct, probed.loss]).toEqual([correct[step], loss[step]]);
        expect(probed.correctPerClass.reduce((sum, count) => sum + count, 0)).toBe(probed.correct);
      }
    }
  });
});

describe("a probe", () => {
  test("tells the classes of the intact network apart as its evaluation does", async () => {
    const { network, split, means } = madeUp(130, [6, 5, 4, 3]);
    using onGpu = uploadSplit(gpu, "test", split, 6, 3);
    using networks = uploadNetworks(gpu, [network]);
    using probe = await createRemovalProbe(gpu, network, { meanActivations: means }, onGpu);
    const { correctPerClass } = await evaluate(gpu, networks, onGpu);
    expect((await probe.evaluate([], "mean")).correctPerClass).toEqual(correctPerClass);
  });

  test.each([
    [{ layer: 3, neuron: 0 }],
    [{ layer: 0, neuron: 0 }],
    [{ layer: 2, neuron: 4 }],
    [{ layer: 1, neuron: -1 }],
  ])("refuses a neuron that the network has not: %j", async (stranger) => {
    const { network, split, means } = madeUp(10, [6, 5, 4, 3]);
    using onGpu = uploadSplit(gpu, "test", split, 6, 3);
    using probe = await createRemovalProbe(gpu, network, { meanActivations: means }, onGpu);
    await expect(probe.evaluate([stranger], "zero")).rejects.toThrow("there is no neuron");
  });
});
