/**
 * A tiny study against numbers that are committed beside this file, so that a change of results is seen and not only a
 * contradiction. They were computed on lavapipe and hold on SwiftShader: what depends on no rounding is equal, what does
 * is near. Rounding differs between adapters (order of sums, fused multiply-adds, exp): after 24 training steps the losses
 * of the two differ by less than 1e-6, and a bit or a prediction that lies as close to its threshold may turn over. Hence
 *   - random orders are equal: they come from integers alone;
 *   - losses are within 1e-5;
 *   - counts of ones and of correct predictions are within 1 each, and nine in ten are equal;
 *   - measures are equal to 1e-12 where the counts are, and not compared elsewhere: one bit turned over moves the entropy
 *     of a rare bit of 60 samples by 0.1 bit.
 * Curves are compared along random orders only: an order by a measure is another one where two values nearly tie.
 *
 * To write the numbers anew after a change that is meant to change results, and say in the changelog why:
 *   GPU_IMPORTANCE_WRITE_GOLDEN=1 npx vitest run test/study/golden.test.ts && npx biome format --write test/study
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RANDOM } from "../../src/core/ablation.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { runStudy, type StudyOutcome } from "../../src/study/study.ts";
import { testGpu } from "../support/gpu.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const file = new URL("golden.json", import.meta.url);

/** What of an outcome is the same on every adapter, at least nearly; as plain JSON. */
function factsOf({ repeats, neurons, orders, curves }: StudyOutcome) {
  return {
    repeats: repeats.map(({ testCorrect, testLoss, trainLoss }) => ({ testCorrect, testLoss, trainLoss })),
    neurons: neurons.map(({ levels, measures }) => ({
      onesPerClass: [...levels!.counts],
      measures: Object.fromEntries(Object.entries(measures).map(([id, values]) => [id, [...values]])),
    })),
    randomOrders: orders
      .filter(({ measure }) => measure === RANDOM)
      .map(({ repeat, scope, draw, neurons: removed }) => ({
        repeat,
        scope,
        draw,
        neurons: removed.map(({ layer, neuron }) => `${layer}/${neuron}`).join(" "),
      })),
    randomCurves: curves
      .filter(({ order }) => order.measure === RANDOM)
      .map(({ order: { repeat, scope, draw }, mode, correct, loss }) => ({
        repeat,
        scope,
        draw,
        mode,
        correct: [...correct],
        loss: [...loss],
      })),
  };
}
type Facts = ReturnType<typeof factsOf>;

const got = factsOf(await runStudy(new Devices(gpu), tinyDataset, tinyConfig, () => 0));
if (process.env["GPU_IMPORTANCE_WRITE_GOLDEN"]) writeFileSync(file, `${JSON.stringify(got)}\n`);
const want = JSON.parse(readFileSync(file, "utf8")) as Facts;

const LOSS_TOLERANCE = 1e-5;

function expectNear(values: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(values).toHaveLength(wanted.length);
  const furthest = Math.max(...values.map((value, index) => Math.abs(value - wanted[index]!)));
  expect(furthest, `furthest of ${values.length} values`).toBeLessThanOrEqual(tolerance);
}

/** Within 1 everywhere, and equal in nine of ten places. */
function expectCounts(values: readonly number[], wanted: readonly number[]): void {
  expectNear(values, wanted, 1);
  const equal = values.filter((value, index) => value === wanted[index]).length;
  expect(equal / values.length, "share of equal counts").toBeGreaterThan(0.9);
}

describe("the golden study", () => {
  test("draws the same random orders", () => {
    expect(got.randomOrders).toEqual(want.randomOrders);
  });

  test("trains to the same losses and accuracy", () => {
    const losses = ({ repeats }: Facts) => repeats.flatMap(({ trainLoss, testLoss }) => [...trainLoss, testLoss]);
    expectNear(losses(got), losses(want), LOSS_TOLERANCE);
    const correct = ({ repeats }: Facts) => repeats.map(({ testCorrect }) => testCorrect);
    expectNear(correct(got), correct(want), 1);
  });

  test("counts the same ones", () => {
    const counts = ({ neurons }: Facts) => neurons.flatMap(({ onesPerClass }) => onesPerClass);
    expectCounts(counts(got), counts(want));
  });

  test("derives the same measures where the counts are the same", () => {
    let compared = 0;
    want.neurons.forEach(({ onesPerClass, measures }, repeat) => {
      for (const [id, values] of Object.entries(measures)) {
        for (const [row, value] of values.entries()) {
          const ones = (table: Facts["neurons"][number]) => table.onesPerClass.slice(3 * row, 3 * row + 3).join();
          if (ones(got.neurons[repeat]!) !== ones({ onesPerClass, measures })) continue;
          expect(Math.abs(got.neurons[repeat]!.measures[id]![row]! - value), `${id} of row ${row}`).toBeLessThan(1e-12);
          compared++;
        }
      }
    });
    expect(compared).toBeGreaterThan(0.8 * 2 * 12 * 3);
  });

  test("loses the same accuracy along the same random orders", () => {
    const named = (facts: Facts) => facts.randomCurves.map(({ correct: _, loss: __, ...name }) => name);
    expect(named(got)).toEqual(named(want));
    expectCounts(
      got.randomCurves.flatMap(({ correct }) => correct),
      want.randomCurves.flatMap(({ correct }) => correct),
    );
    const losses = ({ randomCurves }: Facts) => randomCurves.flatMap(({ loss }) => loss);
    expectNear(losses(got), losses(want), LOSS_TOLERANCE);
  });
});
