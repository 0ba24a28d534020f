/** backward.wgsl's output_delta against src/reference/backward.ts. */
import { expect, test } from "vitest";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { outputDelta } from "../../src/reference/backward.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { FIRST, type OutputDeltaTask, runOutputDelta, SPARE_ROWS } from "../support/backward-kernels.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { lossBound, outputDeltaBounds } from "../support/rounding.ts";
import { concatenate, paddedRows, realNumbers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu();

function makeTask(seed: number, samples: number, classes: number, scale: number): OutputDeltaTask {
  const random = testRandom(seed);
  const rows = FIRST + samples;
  return {
    samples,
    classes,
    logits: [0, 1].map(() => realNumbers(random, samples * classes, scale)),
    labels: Uint32Array.from({ length: rows }, () => random.nextBelow(classes)),
    orders: [random.permutation(rows), random.permutation(rows)],
    lossBefore: 1.5,
  };
}

function batchLabels({ labels, orders, samples }: OutputDeltaTask, network: number): Uint32Array {
  return orders[network]!.subarray(FIRST, FIRST + samples).map((row) => labels[row]!);
}

function rowOf(logits: Float32Array, sample: number, classes: number): number[] {
  return [...logits.subarray(sample * classes, (sample + 1) * classes)];
}

async function compare(task: OutputDeltaTask): Promise<void> {
  const { samples, classes, logits, lossBefore } = task;
  const slabRows = samples + SPARE_ROWS;
  const got = await runOutputDelta(gpu, task);
  const what = `backward.output_delta, ${sizesText({ samples, classes })}`;
  const want = logits.map((own, network) => outputDelta(own, batchLabels(task, network), classes));
  const perSample = logits.map((own, network) =>
    Array.from(batchLabels(task, network), (label, s) => ({ row: rowOf(own, s, classes), label })),
  );
  const deltaBounds = perSample.map((all) => all.flatMap(({ row, label }) => outputDeltaBounds(row, label, samples)));
  expectWithin(
    { gpu, what, shape: [2, slabRows, lanesOf(classes)] },
    got.delta,
    concatenate(want.map(({ delta }) => paddedRows(delta, classes, slabRows))),
    concatenate(deltaBounds.map((bounds) => paddedRows(bounds, classes, slabRows))),
  );
  const wantLosses = want.flatMap(({ losses }) => [...losses].map((loss) => loss + lossBefore));
  const lossBounds = perSample.flatMap((all) => all.map(({ row, label }) => lossBound(row, label) + 2 ** -22));
  const gotLosses = [0, 1].flatMap((network) => [
    ...got.losses.slice(network * slabRows, network * slabRows + samples),
  ]);
  expectWithin({ gpu, what: `${what}, losses`, shape: [2, samples] }, gotLosses, wantLosses, lossBounds);
  const untouched = [0, 1].flatMap((network) => [
    ...got.losses.slice(network * slabRows + samples, (network + 1) * slabRows),
  ]);
  const spare = new Array<number>(2 * SPARE_ROWS).fill(lossBefore);
  expectEqual({ gpu, what: `${what}, losses of rows outside`, shape: [2, SPARE_ROWS] }, untouched, spare);
}

test("deltas and losses agree with float64 at every awkward size, rows outside the batch are 0 or untouched", async () => {
  for (const [seed, { samples, classes }] of eachDimension(["samples", "classes"]).entries()) {
    await compare(makeTask(seed, samples, classes, 3));
  }
});

test("large logits neither overflow nor lose the loss", async () => {
  await compare(makeTask(1, 5, 10, 80));
  await compare(makeTask(2, 5, 10, 1e4));
});

test("the deltas of a sample sum to 0 within rounding, and point away from every class but its own", async () => {
  const task = makeTask(3, 7, 10, 2);
  const { delta } = await runOutputDelta(gpu, task);
  for (let s = 0; s < task.samples; s++) {
    const row = delta.subarray(s * lanesOf(10), s * lanesOf(10) + 10);
    expect(Math.abs(row.reduce((sum, value) => sum + value, 0))).toBeLessThan(2 ** -20);
    expect([...row].map(Math.sign)).toEqual(
      Array.from({ length: 10 }, (_, c) => (c === batchLabels(task, 0)[s] ? -1 : 1)),
    );
  }
});
