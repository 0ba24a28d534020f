/** Permutation tests against published and hand-counted p values. */
import { describe, expect, it } from "vitest";
import {
  DRAWS,
  EXACT_PAIRS,
  labelPermutationTest,
  signFlipTest,
  smallestLabelPermutationP,
  smallestSignFlipP,
} from "../../../src/report/statistics/permutation-test.ts";

/** Darwin's maize in eighths of an inch: crossed minus self-fertilised, 15 pairs (Fisher 1935, section 21). */
const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

describe("the paired test", () => {
  it("counts Fisher's 1,726 of 32,768 for Darwin's maize", () => {
    expect(signFlipTest(maize)).toBe(1726 / 32768);
    expect(signFlipTest(maize.map((difference) => -difference / 7))).toBe(1726 / 32768);
  });

  it("gives what can be counted by hand", () => {
    expect(signFlipTest([5])).toBe(1);
    expect(signFlipTest([1, 2, 3])).toBe(2 / 8);
    // Sums of +-1 +-2 -+3 of size 4 or more: 6, 4, and their opposites.
    expect(signFlipTest([-1, 2, 3])).toBe(4 / 8);
    expect(signFlipTest([0.1, 0.2, -0.3])).toBe(1);
    expect(signFlipTest([0, 0, 0, 0])).toBe(1);
    expect(signFlipTest([0, 0, 1, 2, 3])).toBe(2 / 8);
  });

  it("counts sums that are equal but for rounding as equal", () => {
    // 0.1 + 0.2 - 0.3 is not 0 in float64, and 0.6 is reached in more than one way.
    expect(signFlipTest([0.1, 0.2, 0.3, 0.6])).toBe(2 / 16);
    expect(signFlipTest([0.1, 0.2, 0.3, -0.6])).toBe(1);
    expect(signFlipTest(new Array(12).fill(0.1))).toBe(2 / 4096);
  });

  it("draws where there are too many pairs, close to the exact p and never 0", () => {
    const few = [...maize, 10, -20, 30, -5, 12];
    const exact = signFlipTest(few);
    // Six further pairs of a thousandth leave p where it was, but take the drawn way.
    const many = [...few, ...new Array(6).fill(0.001)];
    expect(few.length).toBe(EXACT_PAIRS);
    expect(Math.abs(signFlipTest(many) - exact)).toBeLessThan(0.005 + 5 * Math.sqrt((exact * (1 - exact)) / DRAWS));
    expect(signFlipTest(new Array(50).fill(1))).toBe(1 / (DRAWS + 1));
    expect(signFlipTest(many)).toBe(signFlipTest(many));
  });

  it("knows the smallest p that it can give", () => {
    for (const pairs of [1, 2, 5, 20, 21, 50]) {
      expect(signFlipTest(new Array(pairs).fill(0.3))).toBe(smallestSignFlipP(pairs));
    }
    expect(smallestSignFlipP(5)).toBe(2 / 32);
  });
});

describe("the unpaired test", () => {
  it("gives what can be counted by hand", () => {
    // Of the 20 divisions of 1 to 6 in halves only this one and its opposite lie as far apart.
    expect(
      labelPermutationTest([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toBe(2 / 20);
    // {1, 2, 4} and {3, 5, 6} is next: 4 of 20.
    expect(
      labelPermutationTest([
        [1, 2, 4],
        [3, 5, 6],
      ]),
    ).toBe(4 / 20);
    // One against three: 10 lies furthest from the mean of the others.
    expect(labelPermutationTest([[10], [1, 2, 3]])).toBe(1 / 4);
    expect(labelPermutationTest([[1], [2]])).toBe(1);
    expect(
      labelPermutationTest([
        [0.3, 0.3],
        [0.3, 0.3],
      ]),
    ).toBe(1);
  });

  it("compares more than two groups by the range of their means", () => {
    // 90 divisions of 1 to 6 into three named pairs; 12 and 56 are furthest apart, under 6 orders of the names.
    expect(
      labelPermutationTest([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).toBe(6 / 90);
    expect(
      labelPermutationTest([
        [5, 6],
        [1, 2],
        [3, 4],
      ]),
    ).toBe(6 / 90);
  });

  it("draws where there are too many divisions, close to the normal approximation", () => {
    const a = Array.from({ length: 30 }, (_, index) => index);
    const b = a.map((value) => value + 5);
    const p = labelPermutationTest([a, b]);
    // Variance of the pooled values, of the difference of means under permutation, and 5 with a continuity of 1 / 30.
    const pooled = [...a, ...b];
    const mean = pooled.reduce((sum, value) => sum + value, 0) / 60;
    const variance = pooled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 59;
    const z = (5 - 1 / 30) / Math.sqrt((2 * variance) / 30);
    // P(|Z| > 2.117) = 0.0343 (tables).
    expect(z).toBeCloseTo(2.117, 1);
    expect(Math.abs(p - 0.034)).toBeLessThan(0.006);
    expect(labelPermutationTest([a, a.map((value) => value + 1000)])).toBe(1 / (DRAWS + 1));
  });

  it("knows the smallest p that it can give", () => {
    for (const sizes of [
      [3, 3],
      [1, 3],
      [2, 4],
      [2, 2, 2],
      [5, 5],
      [30, 30],
    ]) {
      const groups = sizes.map((size, group) => Array.from({ length: size }, (_, index) => 1000 * group + index));
      expect(labelPermutationTest(groups)).toBe(smallestLabelPermutationP(sizes));
    }
    expect(smallestLabelPermutationP([5, 5])).toBe(2 / 252);
  });
});
