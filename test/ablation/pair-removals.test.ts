/** Two neurons of a layer removed together, for all pairs, against the masked sweep, which defines what that costs. */
import { describe, expect, test } from "vitest";
import { maskedSweep } from "../../src/ablation/masked/masked-sweep.ts";
import { type PairTask, pairEvaluations, pairRemovals } from "../../src/ablation/walks/pair-removals.ts";
import { type ConstantMode, replacementModes } from "../../src/core/ablation.ts";
import { type Activation, activations, type LayerActivation, layerActivation } from "../../src/core/activation.ts";
import { type PairRemovals, pairsAmong, superAdditiveLoss } from "../../src/core/pair-removals.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { type DeviceSplit, uploadSplit } from "../../src/passes/device-split.ts";
import { testGpu } from "../support/gpu.ts";
import { duplicates } from "../support/hand-set-networks.ts";
import { withBindingLimit } from "../support/limited-device.ts";
import { type ByteSplit, randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { inPages } from "../support/pages.ts";
import { madeUpConstants, measured, orderOf } from "../support/sweep-task.ts";
import { tiedCase } from "../support/tied-networks.ts";

const subgroups = await testGpu();
const plain = await testGpu({ defaultLimits: true, subgroups: false });
const devices = [
  { kernels: "with subgroups", gpu: subgroups },
  { kernels: "without", gpu: plain },
];

interface Case {
  readonly task: PairTask;
  readonly split: ByteSplit;
}

function madeUp(
  samples: number,
  widths: readonly number[],
  activation: Activation | LayerActivation[],
  repeat = 0,
): Case {
  const random = testRandom(samples + repeat);
  const network = realNetwork(random, widths, activation);
  const meanActivations = madeUpConstants(network, random);
  // Neurons that become 0 beside others that do not.
  for (const constants of meanActivations) constants.fill(0, 0, constants.length / 3);
  const split = randomSplit(testRandom(samples), samples, widths[0]!, widths.at(-1)!);
  return { task: { network, repeat, meanActivations }, split };
}

function uploaded(gpu: GpuContext, split: ByteSplit, widths: readonly number[]): DeviceSplit {
  return uploadSplit(gpu, "test", split, widths[0]!, widths.at(-1)!);
}

interface Outcome {
  readonly correct: number;
  readonly loss: number;
}

/** What the definition says of one neuron, then of both, of each pair of a layer. */
async function masked(
  gpu: GpuContext,
  split: DeviceSplit,
  { network, meanActivations }: PairTask,
  mode: ConstantMode,
  layer: number,
) {
  const units = network.layers[layer - 1]!.outputs;
  const pairs = [...pairsAmong(units), ...[...pairsAmong(units)].map(([i, j]) => [j, i] as const)];
  const orders = pairs.map((pair, draw) =>
    orderOf(
      `layer${layer}`,
      pair.map((neuron) => ({ layer, neuron })),
      draw,
    ),
  );
  const curves = await maskedSweep(gpu, split, { network, orders, meanActivations }, { modes: [mode], stride: 1 });
  const at = (step: number) =>
    curves.map(({ correct, loss }): Outcome => ({ correct: correct[step]!, loss: loss[step]! }));
  const alone = new Map(pairs.map(([neuron], row) => [neuron, at(1)[row]!]));
  return { intact: at(0)[0]!, alone, together: at(2).slice(0, pairs.length / 2) };
}

/** A wrong update moves the loss far more than 1e-5 of it; rounding may decide between two classes of one sample. */
function expectNear(got: number, want: number, what: string): void {
  expect(Math.abs(got / want - 1), what).toBeLessThan(1e-5);
}

async function expectDefined(
  gpu: GpuContext,
  split: DeviceSplit,
  task: PairTask,
  tables: readonly PairRemovals[],
  apart: number,
) {
  let [equal, all] = [0, 0];
  for (const table of tables) {
    const { mode, layer, correct, loss, lossAlone, lossIntact } = table;
    const want = await masked(gpu, split, task, mode, layer);
    const what = `${mode}, layer ${layer}`;
    expect([correct.length, loss.length], what).toEqual([want.together.length, want.together.length]);
    expectNear(lossIntact, want.intact.loss, `${what}, intact`);
    for (const [neuron, { loss: expected }] of want.alone)
      expectNear(lossAlone[neuron]!, expected, `${what}, ${neuron} alone`);
    for (const [pair, expected] of want.together.entries()) {
      expectNear(loss[pair]!, expected.loss, `${what}, pair ${pair}`);
      expect(Math.abs(correct[pair]! - expected.correct), `${what}, pair ${pair}`).toBeLessThanOrEqual(apart);
      if (correct[pair] === expected.correct) equal++;
      all++;
    }
  }
  expect(equal / all).toBeGreaterThan(0.97);
}

const leaky: LayerActivation = { kind: "leaky-relu", alpha: 0.2 };
const softplus = layerActivation("softplus");

/** Even and odd widths, and every route up to the logits; a pair of neurons, and layers that have none. */
const cases = [
  { samples: 65, widths: [6, 5, 3], activation: activations[0]! },
  { samples: 131, widths: [6, 8, 13], activation: activations[1]! },
  { samples: 64, widths: [3, 17, 10, 4], activation: activations[2]! },
  { samples: 577, widths: [4, 18, 12], activation: activations[2]! },
  { samples: 63, widths: [4, 9, 2, 13], activation: activations[0]! },
  { samples: 127, widths: [7, 5, 1, 3, 4, 2], activation: [leaky, softplus, leaky, softplus] },
];

describe.each(devices)("$kernels, all pairs of a layer", ({ gpu }) => {
  test.each(cases)(
    "cost what a masked pass says: $widths, $samples samples",
    async ({ samples, widths, activation }) => {
      const { task, split } = madeUp(samples, widths, activation);
      using onDevice = uploaded(gpu, split, widths);
      const [tables = []] = await pairRemovals(gpu, onDevice, [task], replacementModes);
      const layers = widths.slice(1, -1).flatMap((units, index) => (units > 1 ? [index + 1] : []));
      expect(tables.map(({ layer, mode }) => `${layer} ${mode}`)).toEqual(
        layers.flatMap((layer) => replacementModes.map((mode) => `${layer} ${mode}`)),
      );
      await expectDefined(gpu, onDevice, task, tables, 1);
    },
  );

  test("count exactly tied logits as a masked pass does, on every route", async () => {
    for (const widths of [
      [5, 10, 4],
      [5, 9, 8, 6],
      [5, 6, 5, 4, 4],
      [5, 9, 13],
    ]) {
      for (const given of [
        { zeros: 0, wakes: true },
        { zeros: 0.6, wakes: false },
      ]) {
        const tied = await tiedCase(gpu, testRandom(50), { ...given, samples: 140, activation: "relu", widths });
        const task = { network: tied.network, meanActivations: tied.meanActivations, repeat: 0 };
        using split = uploaded(gpu, tied.split, widths);
        const [tables = []] = await pairRemovals(gpu, split, [task], ["zero"]);
        await expectDefined(gpu, split, task, tables, 0);
      }
    }
  });
});

test("networks together, in small bindings and page by page are as each alone", async () => {
  const widths = [5, 13, 9, 4];
  const tasks = [0, 1, 2].map((repeat) => madeUp(203, widths, "sigmoid", repeat).task);
  const { split } = madeUp(203, widths, "sigmoid");
  using onDevice = uploaded(subgroups, split, widths);
  const together = await pairRemovals(subgroups, onDevice, tasks, replacementModes);
  for (const [index, task] of tasks.entries()) {
    expect(together[index]!.every(({ repeat }) => repeat === task.repeat)).toBe(true);
    expect(await pairRemovals(subgroups, onDevice, [task], replacementModes)).toEqual([together[index]]);
  }
  const limited = withBindingLimit(subgroups, 65_536);
  expect(await pairRemovals(limited, onDevice, tasks, replacementModes)).toEqual(together);
  using paged = inPages(subgroups, split, 4, 64);
  expect(await pairRemovals(subgroups, paged, tasks, replacementModes)).toEqual(together);
});

test("progress ends with all evaluations: one a pair, one a neuron, and at most one more a neuron of an even layer", async () => {
  const widths = [5, 7, 6, 4];
  const { task, split } = madeUp(70, widths, "relu");
  using onDevice = uploaded(subgroups, split, widths);
  const seen: (readonly [number, number])[] = [];
  await pairRemovals(subgroups, onDevice, [task], ["mean"], { onProgress: (...at) => seen.push(at) });
  // 21 pairs, 7 neurons, the intact network; 15 pairs, 6 neurons, the intact network, and three that have one partner fewer.
  expect(pairEvaluations([7, 6], 1)).toBe(29 + 25);
  expect(seen.at(-1)).toEqual([54, 54]);
});

test("two neurons that say the same cost nothing alone and everything together", async () => {
  const { network, split } = duplicates;
  const { means: meanActivations } = await measured(subgroups, network, split);
  using onDevice = uploadSplit(subgroups, "test", split, network.layers[0]!.inputs, network.layers.at(-1)!.outputs);
  const [tables = []] = await pairRemovals(subgroups, onDevice, [{ network, meanActivations, repeat: 0 }], ["zero"]);
  const { correct, loss, lossAlone, lossIntact, samples } = tables[0]!;
  expect([samples, correct[0]]).toEqual([split.count, split.count / 2]);
  const apart = lossAlone[0]! - lossIntact + lossAlone[1]! - lossIntact;
  expect(loss[0]! - lossIntact).toBeGreaterThan(10 * apart);
  expect(superAdditiveLoss(tables[0]!, 0, [0, 1])).toBeCloseTo(loss[0]! - lossIntact - apart, 12);
});
