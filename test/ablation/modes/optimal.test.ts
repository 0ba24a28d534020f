/** Constants with which the loss is least: against all constants of a fine grid in float64. */
import { describe, expect, test } from "vitest";
import { ablateNetworks } from "../../../src/ablation/ablate-networks.ts";
import { fitModes } from "../../../src/ablation/modes/fit-modes.ts";
import { constantModes, type SingleRemovals } from "../../../src/core/ablation.ts";
import type { Split } from "../../../src/core/dataset.ts";
import { type Network, networkShape } from "../../../src/core/network.ts";
import { uploadSplit } from "../../../src/passes/device-split.ts";
import { inputValues } from "../../../src/reference/forward.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { logitsWithout } from "../../../src/reference/removals.ts";
import { crossEntropy, referenceSweep } from "../../../src/reference/sweep.ts";
import { testGpu } from "../../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../../support/networks.ts";
import { measured, neuronsOf, orderOf } from "../../support/sweep-task.ts";

const gpu = await testGpu();
const GRID = 400;

function madeUp(seed: number, activation: "sigmoid" | "relu" | "tanh") {
  const random = testRandom(seed);
  return { network: realNetwork(random, [4, 7, 5, 3], activation), split: randomSplit(random, 140, 4, 3) };
}

async function fitted(networks: readonly Network[], split: Split) {
  const shape = networkShape(networks[0]!);
  using validation = uploadSplit(gpu, "validation", split, shape[0]!.inputs, shape.at(-1)!.units);
  const tasks = await Promise.all(
    networks.map(async (network, repeat) => ({
      network,
      repeat,
      meanActivations: (await measured(gpu, network, split)).means,
    })),
  );
  const fits = await fitModes(gpu, validation, tasks, ["optimal"]);
  return tasks.map((task, index) => ({ ...task, optimalConstants: fits[index]!.optimalConstants!, orders: [] }));
}

/** Mean loss with one neuron replaced, in float64. */
function lossWith(
  { network, split }: ReturnType<typeof madeUp>,
  layer: number,
  neuron: number,
  constant: number,
): number {
  const outputs = forwardNetwork(network, inputValues(split.inputs));
  const logits = logitsWithout(network, outputs[layer]!, layer, neuron, constant);
  const rows = Array.from({ length: split.count }, (_, sample) => [...logits.subarray(3 * sample, 3 * sample + 3)]);
  return rows.reduce((sum, row, sample) => sum + crossEntropy(row, split.labels[sample]!) / split.count, 0);
}

function rangeOf({ network, split }: ReturnType<typeof madeUp>, layer: number, neuron: number): [number, number] {
  const units = networkShape(network)[layer]!.units;
  const own = forwardNetwork(network, inputValues(split.inputs))[layer]!.filter((_, at) => at % units === neuron);
  return [Math.min(0, ...own), Math.max(0, ...own)];
}

describe.each(["sigmoid", "relu", "tanh"] as const)("optimal constants, %s", (activation) => {
  const about = madeUp(21, activation);

  test("are the best of all where the loss has one valley, and lie between the outputs and 0", async () => {
    const [task] = await fitted([about.network], about.split);
    const [first, second] = task!.optimalConstants;
    for (const [layer, constants] of [first!, second!].entries()) {
      for (const [neuron, constant] of constants.entries()) {
        const [least, largest] = rangeOf(about, layer, neuron);
        expect(constant).toBeGreaterThanOrEqual(Math.fround(least) - 1e-6);
        expect(constant).toBeLessThanOrEqual(Math.fround(largest) + 1e-6);
        // Logits are linear in outputs of the last hidden layer, and the cross-entropy is convex in logits.
        if (layer === 0) continue;
        const grid = Array.from({ length: GRID + 1 }, (_, at) => least + ((largest - least) * at) / GRID);
        const best = Math.min(...grid.map((one) => lossWith(about, layer, neuron, one)));
        expect(lossWith(about, layer, neuron, constant)).toBeLessThan(best + 1e-5);
      }
    }
  });

  test("lose no more of a neuron alone than zero and mean do", async () => {
    const [task] = await fitted([about.network], about.split);
    using split = uploadSplit(gpu, "validation", about.split, 4, 3);
    const { singles } = await ablateNetworks(gpu, split, [task!], { modes: constantModes, stride: 1, sweep: "fast" });
    const of = (wanted: string) => singles[0]!.filter(({ mode }: SingleRemovals) => mode === wanted);
    let gained = 0;
    for (const [layer, { loss }] of of("optimal").entries()) {
      const [zero, mean] = [of("zero")[layer]!.loss, of("mean")[layer]!.loss];
      for (const [neuron, own] of loss.entries()) {
        expect(own).toBeLessThanOrEqual(mean[neuron]! * (1 + 1e-6));
        expect(own).toBeLessThanOrEqual(zero[neuron]! * (1 + 1e-6));
        if (own < mean[neuron]! * (1 - 1e-5)) gained++;
      }
    }
    expect(gained).toBeGreaterThan(3);
  });

  test("are what curves put in the place of removed neurons, by either sweep", async () => {
    const [task] = await fitted([about.network], about.split);
    using split = uploadSplit(gpu, "test", about.split, 4, 3);
    const orders = [orderOf("layer1", neuronsOf(about.network, 1)), orderOf("network", neuronsOf(about.network))];
    for (const sweep of ["fast", "masked"] as const) {
      const options = { modes: ["optimal"] as const, stride: 1, sweep };
      const { curves } = await ablateNetworks(gpu, split, [{ ...task!, orders }], options);
      for (const { order, loss, removed } of curves[0]!) {
        const want = referenceSweep(about.network, about.split, order, task!.optimalConstants, removed);
        for (const [step, own] of want.loss.entries()) expect(loss[step]).toBeCloseTo(own, 4);
      }
    }
  });
});

test("optimal constants of a network are the same whatever is searched beside it", async () => {
  const { network, split } = madeUp(31, "tanh");
  const [alone] = await fitted([network], split);
  const [, among] = await fitted([madeUp(32, "tanh").network, network], split);
  expect(among!.optimalConstants).toEqual(alone!.optimalConstants);
});

test("a neuron that is silent keeps 0", async () => {
  const { network, split } = madeUp(41, "relu");
  const [first, ...others] = network.layers;
  const biases = first!.biases.map((bias, unit) => (unit === 2 ? -1000 : bias));
  const [task] = await fitted([{ ...network, layers: [{ ...first!, biases }, ...others] }], split);
  expect(task!.optimalConstants[0]![2]).toBe(0);
});
