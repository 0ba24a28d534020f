/** The share of samples for which a neuron is active. */
import { expect, test } from "vitest";
import { activeShare } from "../../src/measures/active-share.ts";
import { evidenceOf, evidenceOfLevels, measured } from "../support/evidence.ts";

test("is the share of ones, up to 1 for a neuron that is always active", () => {
  expect(measured(activeShare, evidenceOf([3, 0, 4], [5, 5, 10]))).toBe(7 / 20);
  expect(measured(activeShare, evidenceOf([5, 5], [5, 5]))).toBe(1);
  expect(measured(activeShare, evidenceOf([0, 0], [5, 5]))).toBe(0);
});

test("of more levels is what is above the lowest", () => {
  const levels = [
    [2, 1],
    [0, 0],
    [1, 2],
    [1, 1],
  ];
  expect(measured(activeShare, evidenceOfLevels(levels))).toBe(5 / 8);
});
