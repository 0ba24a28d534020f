/** backward.wgsl's hidden_delta against src/reference/backward.ts. */
import { describe, expect, test } from "vitest";
import { type Activation, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { keptSlope } from "../../src/reference/forward.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { type HiddenDeltaTask, runHiddenDelta, SPARE_ROWS } from "../support/backward-kernels.ts";
import { kernelGpus } from "../support/kernel-gpus.ts";
import { integerLayer, realLayer, testRandom } from "../support/networks.ts";
import { type Bounded, boundedHiddenDelta, slopesOf } from "../support/propagated-rounding.ts";
import { concatenate, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

interface Sizes {
  readonly samples: number;
  readonly units: number;
  readonly nextOutputs: number;
}

function makeTask({ samples, units, nextOutputs }: Sizes, activation: Activation, exact: boolean): HiddenDeltaTask {
  const random = testRandom(samples + units + nextOutputs);
  const values = (length: number) => (exact ? smallIntegers(random, length) : realNumbers(random, length, 2));
  const layer = exact ? integerLayer : realLayer;
  const kept = needsKeptSlope(activation);
  const next = [layer(random, units, nextOutputs), layer(random, units, nextOutputs)];
  const nextDelta = [values(samples * nextOutputs), values(samples * nextOutputs)];
  const sums = [0, 1].map(() => values(samples * units));
  const activations = sums.map((z) => z.map((value) => activate(value, activation)));
  const keptSlopes = sums.map((z) => (kept ? z.map((value) => keptSlope(value, activation)) : []));
  return { samples, activation, next, nextDelta, activations, keptSlopes };
}

/** act' as the kernel is given it, or works it out. */
function slopesIn({ activations, keptSlopes, activation }: HiddenDeltaTask, network: number): Bounded {
  const t = activations[network]!;
  const exact = new Float64Array(t.length);
  if (needsKeptSlope(activation)) return { values: Float64Array.from(keptSlopes[network]!), bounds: exact };
  return slopesOf({ values: Float64Array.from(t), bounds: exact }, activation);
}

function subject(gpu: GpuContext, { samples, next, activation }: HiddenDeltaTask) {
  const { inputs: units, outputs: nextOutputs } = next[0]!;
  const what = `backward.hidden_delta ${activation}, ${sizesText({ samples, units, nextOutputs })}`;
  return { gpu, what, shape: [2, samples + SPARE_ROWS, lanesOf(units)] };
}

function packed({ samples, next }: HiddenDeltaTask, rowsOf: (network: number) => ArrayLike<number>): Float32Array {
  return concatenate([0, 1].map((network) => paddedRows(rowsOf(network), next[0]!.inputs, samples + SPARE_ROWS)));
}

/** With its bounds: the sum's times act', and the sum times that of act'. */
function wanted(task: HiddenDeltaTask, network: number): Bounded {
  const values = Float64Array.from(task.nextDelta[network]!);
  const next = { values, bounds: new Float64Array(values.length) };
  return boundedHiddenDelta(next, task.next[network]!, slopesIn(task, network));
}

describe.each(await kernelGpus())("$kernels", ({ gpu, ownActivations }) => {
  test("deltas equal the reference on small integers at every awkward size; padding and rows outside the batch are 0", async () => {
    for (const sizes of eachDimension(["samples", "units", "nextOutputs"])) {
      const task = makeTask(sizes, "relu", true);
      expectEqual(
        subject(gpu, task),
        await runHiddenDelta(gpu, task),
        packed(task, (network) => wanted(task, network).values),
      );
    }
  });

  test.each(ownActivations)("deltas agree with float64 on real inputs with %s", async (activation) => {
    for (const [samples, units, nextOutputs] of [
      [37, 13, 10],
      [3, 5, 517],
      [1, 1, 1],
    ] as const) {
      const task = makeTask({ samples, units, nextOutputs }, activation, false);
      const want = packed(task, (network) => wanted(task, network).values);
      expectWithin(
        subject(gpu, task),
        await runHiddenDelta(gpu, task),
        want,
        packed(task, (network) => wanted(task, network).bounds),
      );
    }
  });

  test("relu passes nothing back where its output is 0", async () => {
    const task = makeTask({ samples: 6, units: 5, nextOutputs: 4 }, "relu", false);
    const got = await runHiddenDelta(gpu, task);
    const silent = Array.from(task.activations[0]!).flatMap((t, index) => (t === 0 ? [index] : []));
    expect(silent.length).toBeGreaterThan(5);
    for (const index of silent) expect(Math.abs(got[Math.floor(index / 5) * lanesOf(5) + (index % 5)]!)).toBe(0);
  });
});
