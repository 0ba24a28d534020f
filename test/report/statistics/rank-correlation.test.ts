/** Partial rank correlations, worked out by hand. */
import { expect, test } from "vitest";
import { partialRankCorrelation } from "../../../src/report/statistics/rank-correlation.ts";

test("holds the third variable fixed", () => {
  // Spearman: r_xy = 0.8, r_xz = 0.8, r_yz = 0.3.
  const rho = partialRankCorrelation([1, 2, 3, 4, 50], [20, 10, 40, 30, 50], [1, 3, 2, 5, 4]);
  expect(rho).toBeCloseTo((0.8 - 0.8 * 0.3) / Math.sqrt((1 - 0.64) * (1 - 0.09)), 12);
});

test("gives equal values the mean of their ranks, and holds nothing fixed where the third is the same for all", () => {
  // Ranks 1.5, 1.5, 3, 4 and 1, 2, 3, 4: deviations multiply to 4.5, squares sum to 4.5 and 5.
  expect(partialRankCorrelation([7, 7, 8, 9], [1, 2, 3, 4], [0, 0, 0, 0])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
});

test("is not defined where one is the same for all, is the third over again, or there are two values", () => {
  expect(partialRankCorrelation([1, 1, 1, 1], [1, 2, 3, 4], [2, 1, 4, 3])).toBeUndefined();
  expect(partialRankCorrelation([1, 2, 3, 4], [1, 3, 2, 4], [1, 2, 3, 4])).toBeUndefined();
  expect(partialRankCorrelation([1, 2], [2, 1], [0, 0])).toBeUndefined();
});
