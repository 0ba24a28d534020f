/** Normal quantiles against printed tables. */
import { expect, test } from "vitest";
import { normalProbability } from "../../../src/core/activation-values.ts";
import { normalQuantile } from "../../../src/report/statistics/normal-quantile.ts";

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.995, 2.575829303548901],
  [0.001, -3.090232306167813],
  [1e-9, -5.997807015007686],
])("a share %d lies below %d", (share, quantile) => {
  expect(normalQuantile(share)).toBeCloseTo(quantile, 11);
});

test("quantiles are symmetric, undo the probability, and are infinite at the ends", () => {
  for (let share = 1 / 64; share < 1; share += 1 / 64) {
    expect(normalQuantile(1 - share)).toBeCloseTo(-normalQuantile(share), 14);
    expect(normalProbability(normalQuantile(share))).toBeCloseTo(share, 14);
  }
  expect([0, 1].map(normalQuantile)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
