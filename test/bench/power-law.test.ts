/** The exponent that scaling tables state. */
import { describe, expect, test } from "vitest";
import { fittedExponent } from "../../src/bench/power-law.ts";

const sizes = [50, 100, 200, 500, 1000];

describe("the fitted exponent", () => {
  test.each([0, 1, 2, -0.5, 2.37])("of cost = 7 size^%d is found exactly", (exponent) => {
    const points = sizes.map((size) => ({ size, cost: 7 * size ** exponent }));
    expect(fittedExponent(points)).toBeCloseTo(exponent, 12);
  });

  test("is that of the least-squares line, by hand: log sizes 0, 1, 2 and log costs 0, 2, 1 have slope 1/2", () => {
    const points = [0, 2, 1].map((cost, size) => ({ size: Math.E ** size, cost: Math.E ** cost }));
    expect(fittedExponent(points)).toBeCloseTo(0.5, 12);
  });

  test("is not made up where a single size was measured", () => {
    expect(fittedExponent([{ size: 50, cost: 3 }])).toBeNull();
    const again = [3, 4].map((cost) => ({ size: 50, cost }));
    expect(fittedExponent(again)).toBeNull();
  });
});
