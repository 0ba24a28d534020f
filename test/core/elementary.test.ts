/** Logarithms, exponentials and powers, against whole-number arithmetic of 240 bits. */
import { describe, expect, test } from "vitest";
import { exponential, exponentialM1, log2, logarithm, logarithm1p, wholePower } from "../../src/core/elementary.ts";
import { adamBatch } from "../../src/train/adam.ts";
import {
  exactExponential,
  exactLog2,
  exactLogarithm,
  exactOne,
  fixed,
  unitsApart,
} from "../support/exact-logarithms.ts";
import { testRandom } from "../support/networks.ts";

const random = testRandom(71);
const uniform = (least: number, most: number, count: number) =>
  Array.from({ length: count }, () => least + (most - least) * (random.nextUnit() + random.nextUnit() / 2 ** 24));
/** Ratios of counts, as measures have them. */
const ratios = Array.from({ length: 400 }, () => (1 + random.nextBelow(2000)) / (1 + random.nextBelow(2000)));
const neighbours = [1 - 2 ** -53, 1 + 2 ** -52, 1 + 2 ** -40, 1 - 2 ** -30, Math.SQRT1_2, Math.SQRT1_2 - 2 ** -53];
const sizes = Array.from({ length: 100 }, (_, index) => (1 + random.nextUnit()) * 2 ** (2 * index - 100));

/** The largest error of a function over some arguments, units in the last place. */
function furthest(xs: readonly number[], got: (x: number) => number, exact: (x: bigint) => bigint): number {
  return Math.max(...xs.map((x) => unitsApart(got(x), exact(fixed(x)))));
}

describe("the logarithm", () => {
  const xs = [...ratios, ...neighbours, ...neighbours.map((x) => 2 * x), ...sizes, ...uniform(0.5, 2, 400)].filter(
    (x) => x !== 1,
  );

  test("to base 2 is off by at most 0.53 units in the last place", () => {
    expect(furthest(xs, log2, exactLog2)).toBeLessThan(0.53);
  });

  test("to base e is off by at most 0.53 units in the last place", () => {
    expect(furthest(xs, logarithm, exactLogarithm)).toBeLessThan(0.53);
  });

  test("of 1 + x is off by at most 3 units, also where x is lost in the sum", () => {
    const small = [1e-3, -1e-3, 3e-9, -7e-12, 1e-15, 2 ** -54, ...uniform(-0.9, 3, 200)];
    expect(furthest(small, logarithm1p, (x) => exactLogarithm(exactOne + x))).toBeLessThan(3);
    expect(logarithm1p(-1e-300)).toBe(-1e-300);
  });

  test("to base 2 of every power of 2 is exact", () => {
    for (let power = -1074; power < 1024; power++) expect(Object.is(log2(2 ** power), power)).toBe(true);
  });

  test("of what has none is what Math says", () => {
    for (const x of [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(log2(x)).toBe(Math.log2(x));
      expect(logarithm(x)).toBe(Math.log(x));
      expect(logarithm1p(x)).toBe(Math.log1p(x));
    }
    expect(Object.is(logarithm(1), 0)).toBe(true);
    expect(log2(Number.MAX_VALUE)).toBe(1024);
  });

  test("never falls from one float64 to the next", () => {
    for (let step = -100; step < 100; step++) {
      const at = (steps: number) => 1 + steps * (steps < 0 ? 2 ** -53 : 2 ** -52);
      expect(log2(at(step + 1))).toBeGreaterThan(log2(at(step)));
    }
  });
});

describe("the exponential", () => {
  const xs = [...uniform(-0.4, 0.4, 200), ...uniform(-20, 20, 200), ...uniform(-90, 100, 200), 2 ** -53, -(2 ** -60)];

  test("is off by at most 0.57 units in the last place", () => {
    expect(furthest(xs, exponential, exactExponential)).toBeLessThan(0.57);
  });

  test("less 1 is off by at most 3 units, also where the 1 hides it", () => {
    const small = [1e-3, -1e-3, 3e-9, -7e-12, 2 ** -54, ...uniform(-3, 3, 200)];
    expect(furthest(small, exponentialM1, (x) => exactExponential(x) - exactOne)).toBeLessThan(3);
  });

  test("ends where Math.exp ends", () => {
    for (const x of [0, -0, 709.79, 1e9, -745.14, -1e9, Number.NaN]) {
      expect(exponential(x)).toBe(Math.exp(x));
    }
    for (const x of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(exponential(x)).toBe(Math.exp(x));
      expect(exponentialM1(x)).toBe(Math.expm1(x));
    }
    expect(exponential(1)).toBe(Math.E);
    expect(exponential(-745.13)).toBe(Number.MIN_VALUE);
    expect(exponential(709.78) / 1.7928227943945155e308).toBeCloseTo(1, 15);
  });
});

describe("whole powers", () => {
  test("are off by at most 0.51 units in the last place", () => {
    for (const base of [0.9, 0.999, 0.3, 1 / 3]) {
      let exact = exactOne;
      for (let power = 0; power <= 100; power++) {
        expect(unitsApart(wholePower(base, power), exact), `${base}^${power}`).toBeLessThan(0.51);
        exact = (exact * fixed(base)) >> 256n;
      }
    }
  });

  test("end at 0 and 1", () => {
    expect([wholePower(0, 0), wholePower(0, 5), wholePower(1, 1e6), wholePower(0.5, 1074)]).toEqual([
      1,
      0,
      1,
      2 ** -1074,
    ]);
    expect(wholePower(0.9, 1e7)).toBe(0);
  });

  test("change no step of Adam: in float32 they are what they were", () => {
    for (let step = 1; step <= 5000; step++) {
      const { learning_rate, variance_correction } = adamBatch(step, 0, 1, { learningRate: 0.001, l2: 0 });
      expect(Math.fround(learning_rate)).toBe(Math.fround(0.001 / (1 - 0.9 ** step)));
      expect(Math.fround(variance_correction)).toBe(Math.fround(1 / Math.sqrt(1 - 0.999 ** step)));
    }
  });
});
