/** Which class a neuron prefers, and who wins where several could. */
import { expect, test } from "vitest";
import { klSelectivity, preferredClass } from "../../src/measures/kl-selectivity.ts";
import { evidenceOf, measured } from "../support/evidence.ts";

test("a neuron that fires for one class prefers it", () => {
  expect(preferredClass(evidenceOf([0, 0, 20, 0], [20, 20, 20, 20]))).toBe(2);
});

test("a neuron that is silent for one class alone prefers that class", () => {
  expect(preferredClass(evidenceOf([20, 20, 20, 0], [20, 20, 20, 20]))).toBe(3);
});

test("of classes with equal shares, though of different sizes, the lowest is preferred", () => {
  expect(preferredClass(evidenceOf([1, 9, 3, 27], [30, 10, 90, 30]))).toBe(1);
});

test("of two mirrored classes the lowest is preferred, whatever rounding says", () => {
  // 1/3 and 2/3 diverge equally from 1/2, but 1 - 1/3 is not the double nearest to 2/3.
  for (let size = 1; size < 60; size++) {
    for (let ones = 0; ones <= size; ones++) {
      expect(preferredClass(evidenceOf([ones, size - ones], [size, size])), `${ones} of ${size}`).toBe(0);
    }
  }
});

test("a constant neuron prefers class 0, with no selectivity", () => {
  for (const ones of [
    [0, 0, 0],
    [5, 6, 7],
  ]) {
    expect(preferredClass(evidenceOf(ones, [5, 6, 7]))).toBe(0);
    expect(measured(klSelectivity, evidenceOf(ones, [5, 6, 7]))).toBe(0);
  }
});

test("a class without samples is never preferred and makes nothing NaN", () => {
  const evidence = evidenceOf([0, 0, 8], [0, 8, 8]);
  expect(preferredClass(evidence)).toBe(1);
  expect(measured(klSelectivity, evidence)).toBe(1);
});
