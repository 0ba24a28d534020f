/** Orders that pass through every subset, and as few as can. */
import { describe, expect, test } from "vitest";
import { coveringCount, coveringOrders } from "../../../src/ablation/shapley/subset-chains.ts";

describe("orders that cover all subsets", () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 6],
    [5, 10],
    [6, 20],
    [7, 35],
    [8, 70],
  ])("of %i neurons are %i permutations", (units, count) => {
    const orders = coveringOrders(units);
    expect(orders).toHaveLength(count);
    expect(coveringCount(units)).toBe(count);
    const subsets = new Set<number>([0]);
    for (const order of orders) {
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: units }, (_, unit) => unit));
      let removed = 0;
      for (const unit of order) {
        removed |= 1 << unit;
        subsets.add(removed);
      }
    }
    expect(subsets.size).toBe(2 ** units);
  });
});
