/** Bootstrap intervals against Efron and Tibshirani (1993), and against what they promise. */
import { describe, expect, it } from "vitest";
import { RandomSequence, streams } from "../../../src/core/random.ts";
import {
  bcaInterval,
  groupDifference,
  meanInterval,
  RESAMPLES,
  resampledMeans,
  resamplingWeights,
} from "../../../src/report/statistics/bootstrap.ts";
import { estimateMean } from "../../../src/report/statistics/estimate.ts";

/** Table 14.1: test A of 26 children. */
const spatial = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

/** Weighted variance with divisor n, the book's estimate. */
function variance(values: readonly number[], weights: ArrayLike<number>): number {
  const total = values.reduce((sum, _, index) => sum + weights[index]!, 0);
  const mean = values.reduce((sum, value, index) => sum + weights[index]! * value, 0) / total;
  return values.reduce((sum, value, index) => sum + weights[index]! * (value - mean) ** 2, 0) / total;
}

describe("the BCa interval", () => {
  it("is the book's for the variance of the spatial data: (115.8, 259.6), not the percentiles (100.8, 233.9)", () => {
    const all = spatial.map(() => 1);
    expect(variance(spatial, all)).toBeCloseTo(171.5, 1);
    const weights = resamplingWeights(26);
    const replicates = Float64Array.from({ length: RESAMPLES }, (_, b) =>
      variance(spatial, weights.subarray(26 * b, 26 * (b + 1))),
    );
    const jackknife = spatial.map((_, left) =>
      variance(
        spatial,
        all.map((one, index) => (index === left ? 0 : one)),
      ),
    );
    const center = jackknife.reduce((sum, value) => sum + value, 0) / 26;
    const influences = jackknife.map((value) => center - value);
    const bootstrapped = { estimate: variance(spatial, all), replicates, influences, rounding: 0 };
    const { low, high } = bcaInterval(bootstrapped, 0.9);
    // 200,000 resamples give (115.7, 261.0); with 2,000 the ends scatter by 2 and 3 (one SD), in the book, too.
    expect(Math.abs(low - 115.8)).toBeLessThan(6);
    expect(Math.abs(high - 259.6)).toBeLessThan(9);
  });

  it("of a mean agrees with 200,000 resamples of scipy.stats.bootstrap: (24.12, 34.24)", () => {
    const { low, high } = meanInterval(spatial);
    expect(Math.abs(low - 24.12)).toBeLessThan(0.5);
    expect(Math.abs(high - 34.24)).toBeLessThan(0.5);
  });

  it("moves with shift, scale and sign of the values, and reaches further to the side of the long tail", () => {
    const skewed = [1, 1.2, 1.3, 1.5, 1.6, 1.9, 2.4, 3.1, 4.8, 9];
    const { low, high } = meanInterval(skewed);
    const moved = meanInterval(skewed.map((value) => 5 - 2 * value));
    expect(moved.low).toBeCloseTo(5 - 2 * high, 0);
    expect(moved.high).toBeCloseTo(5 - 2 * low, 0);
    const mean = skewed.reduce((sum, value) => sum + value, 0) / 10;
    expect((high - mean) / (mean - low)).toBeGreaterThan(1.5);
  });

  it("of two values is from one to the other, though rounding puts their mean beside resamples that equal it", () => {
    for (const [low, high] of [
      [-1, -0.006060606060606061],
      [0.1, 0.7],
      [0.9731, 0.9754],
      [1 / 3, 0.4],
    ] as const) {
      expect(meanInterval([low, high])).toEqual({ low, high });
      expect(meanInterval([high, low])).toEqual({ low, high });
    }
  });

  it("has no width where all values are equal", () => {
    expect(meanInterval([0.1, 0.1, 0.1])).toEqual({ low: 0.1, high: 0.1 });
  });

  it("covers the mean of normal values in nearly 95 % of cases with 20 of them, and clearly less with 5", () => {
    const covered = (size: number) => {
      const sequence = new RandomSequence(3, size, streams.resampling);
      // Sums of twelve uniforms: normal enough, with mean 6.
      const normal = () => Array.from({ length: 12 }, () => sequence.nextUnit()).reduce((sum, unit) => sum + unit, 0);
      let inside = 0;
      for (let trial = 0; trial < 800; trial++) {
        const { low, high } = meanInterval(Array.from({ length: size }, normal));
        if (low <= 6 && 6 <= high) inside++;
      }
      return inside / 800;
    };
    // SD of a share of 800 is 0.008 to 0.014.
    expect(covered(20)).toBeGreaterThan(0.9);
    expect(covered(5)).toBeLessThan(0.9);
    expect(covered(5)).toBeGreaterThan(0.72);
  });
});

describe("resampling weights", () => {
  it("are whole numbers that add up to the size, average one, and are the same on every call", () => {
    const weights = resamplingWeights(7);
    expect(weights).toBe(resamplingWeights(7));
    const totals = new Array<number>(7).fill(0);
    for (let b = 0; b < RESAMPLES; b++) {
      const own = weights.subarray(7 * b, 7 * (b + 1));
      expect(own.reduce((sum, weight) => sum + weight, 0)).toBe(7);
      for (const [index, weight] of own.entries()) totals[index]! += weight;
    }
    // SD of a total is sqrt(2000 * 6 / 7) = 41.
    for (const total of totals) expect(Math.abs(total - RESAMPLES)).toBeLessThan(4 * 41);
  });

  it("give means whose variance is that of the values over n", () => {
    const means = resampledMeans(spatial);
    const center = means.reduce((sum, mean) => sum + mean, 0) / RESAMPLES;
    const spread = means.reduce((sum, mean) => sum + (mean - center) ** 2, 0) / RESAMPLES;
    // Relative SD of a variance from 2,000 values: sqrt(2 / 2000) = 3 %.
    expect(Math.abs(spread / (171.534 / 26) - 1)).toBeLessThan(0.1);
  });
});

describe("an estimate", () => {
  it("has mean, sample SD and interval, but only the mean with one network", () => {
    expect(estimateMean([1, 2, 3, 4])).toMatchObject({ mean: 2.5, repeats: 4, sd: Math.sqrt(5 / 3) });
    expect(estimateMean([1, 2, 3, 4]).interval!.low).toBeGreaterThanOrEqual(1);
    expect(estimateMean([0.25])).toEqual({ mean: 0.25, repeats: 1 });
  });

  it("of the difference of two independent groups is as wide as their variances say, also for groups alike", () => {
    const { mean, interval, repeats } = groupDifference(spatial, spatial);
    expect([mean, repeats]).toEqual([0, 52]);
    const expected = 2 * 1.96 * Math.sqrt((2 * 171.534) / 26);
    expect(Math.abs((interval!.high - interval!.low) / expected - 1)).toBeLessThan(0.1);
    expect(groupDifference([3], [1, 2])).toEqual({ mean: 1.5, repeats: 3 });
  });
});
