/** Ones among the samples of one class, against counting by hand. */
import { expect, test } from "vitest";
import { hypergeometric } from "../../src/measures/hypergeometric.ts";

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

test("every probability is the number of ways over all ways", () => {
  for (const [size, ones, samples] of [
    [5, 3, 12],
    [1, 11, 12],
    [12, 4, 12],
    [7, 9, 12],
    [4, 0, 12],
    [0, 5, 12],
    [5, 10, 20],
  ] as const) {
    const { first, probabilities } = hypergeometric(size, ones, samples);
    expect(first).toBe(Math.max(0, size + ones - samples));
    expect(probabilities.length).toBe(Math.min(size, ones) - first + 1);
    for (const [index, probability] of probabilities.entries()) {
      const x = first + index;
      const exact = (choose(ones, x) * choose(samples - ones, size - x)) / choose(samples, size);
      expect(probability).toBeCloseTo(exact, 12);
    }
  }
});

test("with 10,000 samples they sum to 1, and have the mean and variance of the textbook", () => {
  for (const [size, ones] of [
    [1009, 1],
    [1009, 300],
    [1009, 5000],
    [961, 9990],
  ] as const) {
    const { first, probabilities } = hypergeometric(size, ones, 10_000);
    const mean = (size * ones) / 10_000;
    const moment = (power: number) =>
      probabilities.reduce((sum, p, index) => sum + p * (first + index - mean) ** power, 0);
    expect(moment(0)).toBeCloseTo(1, 9);
    expect(moment(1) / mean).toBeCloseTo(0, 9);
    const variance = mean * (1 - ones / 10_000) * ((10_000 - size) / 9999);
    expect(moment(2) / variance).toBeCloseTo(1, 9);
  }
});
