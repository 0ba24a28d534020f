/** evaluate, from pixels to accuracy and loss, against the references. */

import { expect, test } from "vitest";
import { activations } from "../../src/core/activation.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import type { Network } from "../../src/core/network.ts";
import { BLOCK } from "../../src/gpu/kernels/tally.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { evaluate } from "../../src/passes/evaluate.ts";
import { chunksOf, rowsPerChunk } from "../../src/passes/forward-pass.ts";
import { ones, rightPerClass } from "../../src/passes/right-bits.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { predictedClass, tallyBlocks } from "../../src/reference/tally.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";
import { type Bounded, forwardBounds } from "../support/propagated-rounding.ts";
import { lossBound, sumBound } from "../support/rounding.ts";

const gpu = await testGpu();
const CLASSES = 4;
const split = randomSplit(testRandom(31), 333, 8, CLASSES);

async function evaluated(networks: readonly Network[], rows?: number) {
  using device = uploadNetworks(gpu, networks);
  using samples = uploadSplit(gpu, "test", split, 8, CLASSES);
  return await evaluate(gpu, device, samples, rows);
}

/** The predicted class must be certain: its logit above all others by more than rounding. */
function expectClearPredictions({ values, bounds }: Bounded): void {
  for (let s = 0; s < split.count; s++) {
    const best = predictedClass(values, s, CLASSES);
    for (let c = 0; c < CLASSES; c++) {
      const [mine, other] = [s * CLASSES + best, s * CLASSES + c];
      if (c !== best)
        expect(values[mine]! - values[other]!, "choose another seed").toBeGreaterThan(bounds[mine]! + bounds[other]!);
    }
  }
}

test.each(activations)("accuracy equals the reference and loss agrees with it, with %s", async (activation) => {
  // Seeds whose predictions are clear, see above.
  const random = testRandom(activation === "identity" ? 42 : 32);
  const networks = [1, 2, 3].map(() => realNetwork(random, [8, 6, 5, CLASSES], activation));
  const { correct, correctPerClass, loss } = await evaluated(networks, 128);
  const logits = networks.map((network) => forwardBounds(network, inputValues(split.inputs)).at(-1)!);
  for (const one of logits) expectClearPredictions(one);
  const want = logits.map(({ values }) => tallyBlocks(values, split.labels, CLASSES));
  const subject = { gpu, what: `evaluate ${activation}`, shape: [3] };
  const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);
  expectEqual(
    subject,
    correct,
    want.map(({ right }) => ones(right)),
  );
  const perClass = want.flatMap(({ right }) => [...rightPerClass(right, split, CLASSES)]);
  expectEqual({ ...subject, shape: [3, CLASSES] }, correctPerClass, perClass);
  const bounds = logits.map(({ values, bounds: own }, network) => {
    const rows = Array.from(split.labels, (label, s) => {
      const row = [...values.subarray(s * CLASSES, (s + 1) * CLASSES)];
      return lossBound(row, label, Math.max(...own.subarray(s * CLASSES, (s + 1) * CLASSES)));
    });
    return (total(rows) + sumBound(BLOCK, total(want[network]!.losses))) / split.count;
  });
  expectWithin(
    subject,
    loss,
    want.map(({ losses }) => total(losses) / split.count),
    bounds,
  );
});

test("neither the size of the chunks nor the company changes a bit", async () => {
  const random = testRandom(33);
  const networks = [1, 2, 3].map(() => realNetwork(random, [8, 6, CLASSES], "tanh"));
  const whole = await evaluated(networks);
  for (const rows of [64, 128, 320]) expect(await evaluated(networks, rows)).toEqual(whole);
  const alone = await evaluated([networks[1]!]);
  expect([alone.correct[0], alone.loss[0]]).toEqual([whole.correct[1], whole.loss[1]]);
  expect(alone.correctPerClass).toEqual(whole.correctPerClass.subarray(CLASSES, 2 * CLASSES));
});

test("chunks cover all samples once, in whole blocks, within the device's limits", () => {
  for (const samples of [1, 63, 64, 65, 10_000, 60_000]) {
    for (const networks of [1, 50, 5000]) {
      const rows = rowsPerChunk(gpu, samples, networks, denseNetwork([784, 100, 100, 10]));
      expect(rows % BLOCK).toBe(0);
      const chunks = chunksOf(samples, rows);
      let next = 0;
      for (const { first, count } of chunks) {
        expect(first).toBe(next);
        next += count;
      }
      expect(next).toBe(samples);
      if (networks < 5000) expect(4 * networks * rows * 104).toBeLessThanOrEqual(128 * 2 ** 20);
    }
  }
});
