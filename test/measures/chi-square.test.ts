/** Chi-square levels against printed tables (NIST/SEMATECH e-Handbook 1.3.6.7.4). */
import { expect, test } from "vitest";
import { chiSquareLevel, chiSquareTail } from "../../src/measures/chi-square.ts";

test.each([
  [0.001, 1, 10.828],
  [0.05, 1, 3.841],
  [0.001, 2, 13.816],
  [0.05, 4, 9.488],
  [0.1, 5, 9.236],
  [0.001, 9, 27.877],
  [0.01, 10, 23.209],
  [0.025, 25, 40.646],
  [0.001, 99, 148.23],
])("a share %d of the values with %d degrees of freedom exceeds %d", (tail, degrees, level) => {
  expect(Math.abs(chiSquareLevel(tail, degrees) - level)).toBeLessThan(level > 100 ? 0.005 : 0.0005);
  expect(chiSquareTail(chiSquareLevel(tail, degrees), degrees)).toBeCloseTo(tail, 12);
});
