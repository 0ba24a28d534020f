/** Entropy and divergence of coins, at the edges where a logarithm of zero lurks. */
import { expect, test } from "vitest";
import { binaryDivergence, binaryEntropy } from "../../src/measures/information.ts";

test("0 log 0 is 0: a coin that always falls the same way has no entropy", () => {
  expect(Object.is(binaryEntropy(0, 7), 0)).toBe(true);
  expect(Object.is(binaryEntropy(7, 7), 0)).toBe(true);
});

test("a fair coin has one bit, and a quarter 0.8113 bits", () => {
  expect(binaryEntropy(4, 8)).toBe(1);
  expect(binaryEntropy(2, 8)).toBeCloseTo(2 - 0.75 * Math.log2(3), 14);
});

test("a coin has no divergence from itself, at the extremes and between", () => {
  for (const ones of [0, 1, 3, 6]) expect(Object.is(binaryDivergence(ones, 6, 7 * ones, 42), 0)).toBe(true);
});

test("a coin that always falls one way diverges from a fair one by one bit", () => {
  expect(binaryDivergence(0, 3, 5, 10)).toBe(1);
  expect(binaryDivergence(3, 3, 5, 10)).toBe(1);
});

test("divergence is infinite, not NaN, from a coin that excludes what was seen", () => {
  expect(binaryDivergence(1, 2, 0, 10)).toBe(Number.POSITIVE_INFINITY);
  expect(binaryDivergence(1, 2, 10, 10)).toBe(Number.POSITIVE_INFINITY);
});

test("mirrored coins diverge equally to the last bit", () => {
  for (let samples = 1; samples < 40; samples++) {
    for (let ones = 0; ones <= samples; ones++) {
      expect(binaryDivergence(ones, samples, 1, 2)).toBe(binaryDivergence(samples - ones, samples, 1, 2));
      expect(binaryEntropy(ones, samples)).toBe(binaryEntropy(samples - ones, samples));
    }
  }
});
