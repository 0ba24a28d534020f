import { describe, expect, test } from "vitest";
import type { CurveSummary } from "../../../src/report/analysis/analysis.ts";
import { curveRows, curveTable } from "../../../src/report/figures/curve-rows.ts";

/** A curve that falls from 1 to 0 over `neurons` removals, in steps of `stride`. */
function fallingCurve(neurons: number, stride = 1): CurveSummary {
  const steps = Math.ceil(neurons / stride) + 1;
  const removed = Uint32Array.from({ length: steps }, (_, step) => Math.min(step * stride, neurons));
  const accuracyMean = Float64Array.from(removed, (count) => 1 - count / neurons);
  return {
    scope: "layer1",
    measure: "entropy",
    direction: "low",
    mode: "mean",
    repeats: 1,
    draws: 1,
    removed,
    accuracyMean,
    lossMean: new Float64Array(steps),
    area: { mean: 0.5, repeats: 1 },
    areas: Float64Array.of(0.5),
  };
}

describe("the rows of a curve", () => {
  test("are all steps while these are few, and evenly spread ones with both ends where they are many", () => {
    expect(curveRows({ curve: fallingCurve(200), style: "" })).toHaveLength(201);
    const many = curveRows({ curve: fallingCurve(1000), style: "" }).map(({ removed }) => removed);
    expect(many).toEqual(Array.from({ length: 201 }, (_, index) => 5 * index));
  });

  test("have accuracies to one sample in ten thousand, and no bounds where the curve has none", () => {
    expect(curveRows({ curve: fallingCurve(7), style: "its mean" })[3]).toEqual({
      measure: "Entropy",
      style: "its mean",
      removed: 3,
      accuracy: 0.5714,
    });
  });
});

describe("the table of a curve", () => {
  test("has a row for each tenth of the neurons, at the step next to it", () => {
    const rows = (curve: CurveSummary) => curveTable([{ curve, style: "" }]).rows.map((row) => Number(row[4]));
    expect(rows(fallingCurve(100))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(rows(fallingCurve(100, 7))).toEqual([0, 7, 21, 28, 42, 49, 63, 70, 77, 91, 100]);
    expect(rows(fallingCurve(4))).toEqual([0, 1, 2, 3, 4]);
  });
});
