import { expect, test } from "vitest";
import { figure } from "../../src/bench/result-cells.ts";

test("a figure keeps three digits, or two where it is very small or large", () => {
  const values = [0, 1.2345e-4, 0.0012345, 0.012345, 0.12345, 1.2345, 12.345, 123.45, 12_345, 123_456, null];
  const shown = ["0", "1.2e-4", "1.2e-3", "0.0123", "0.123", "1.23", "12.3", "123", "12345", "1.2e+5", "-"];
  expect(values.map(figure)).toEqual(shown);
});

test("no figure is wider than 6 characters, rounding at the borders included", () => {
  for (let exponent = -9; exponent <= 8; exponent++) {
    for (const digits of [1, 5, 9.94, 9.996, 9.99951, 9.9999999]) {
      expect(figure(digits * 10 ** exponent).length, `${digits}e${exponent}`).toBeLessThanOrEqual(6);
    }
  }
});
