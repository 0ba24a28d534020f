/** Areas under curves and densities. */
import { describe, expect, it } from "vitest";
import { areaUnderCurve } from "../../../src/report/statistics/area.ts";
import { density } from "../../../src/report/statistics/density.ts";

describe("the area under a curve", () => {
  it("is the mean height over the removed share, whatever the steps", () => {
    expect(areaUnderCurve([0, 10], [1, 0])).toBe(0.5);
    expect(areaUnderCurve([0, 1, 4], [1, 0.5, 0.1])).toBeCloseTo((0.75 + 3 * 0.3) / 4, 15);
    expect(areaUnderCurve([0, 5, 10, 12], [0.9, 0.9, 0.9, 0.9])).toBeCloseTo(0.9, 15);
  });
});

describe("a density", () => {
  const bell = Array.from({ length: 400 }, (_, index) => Math.tan(((index + 0.5) / 400 - 0.5) * 2.6));

  it("is the sum of Gaussian kernels of Scott's bandwidth, by hand", () => {
    // Mean 3, SD 2, quartiles 2 and 4: min(2, 2 / 1.34) = 1.4925; times 1.06 * 3^(-1/5) = 0.85092.
    const { values, density: heights } = density([1, 3, 5]);
    const bandwidth = 1.06 * (2 / 1.34) * 3 ** -0.2;
    const kernel = (distance: number) => Math.exp(-0.5 * (distance / bandwidth) ** 2) / Math.sqrt(2 * Math.PI);
    expect([values[0], values.at(-1)]).toEqual([1, 5]);
    expect(heights[0]).toBeCloseTo((kernel(0) + kernel(2) + kernel(4)) / (3 * bandwidth), 12);
    expect(heights.at(-1)).toBeCloseTo(heights[0]!, 12);
  });

  it("has an area of nearly 1 between the extreme values of many", () => {
    const { values, density: heights } = density(bell);
    let area = 0;
    for (let point = 1; point < values.length; point++) {
      area += ((values[point]! - values[point - 1]!) * (heights[point]! + heights[point - 1]!)) / 2;
    }
    expect(area).toBeGreaterThan(0.97);
    expect(area).toBeLessThanOrEqual(1);
  });

  it("has one point where all values are equal, and a width where only half of them are", () => {
    expect(density([0.7, 0.7])).toEqual({ bits: Float64Array.of(0.7), density: Float64Array.of(0) });
    expect(density([0, 0, 0, 0, 0, 1]).density.every((height) => Number.isFinite(height))).toBe(true);
  });
});
