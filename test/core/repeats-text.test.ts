/** Repeats within a sentence. */
import { expect, test } from "vitest";
import { repeatsText } from "../../src/core/repeats-text.ts";

test.each([
  [[3], "repeat 3"],
  [[0, 4], "repeats 0, 4 (2)"],
  [[0, 1, 2, 3, 4], "repeats 0, 1, 2, 3, 4 (5)"],
  [[0, 1, 2, 3, 4, 7], "repeats 0, 1, 2, 3, 4, ... (6)"],
])("%j are %s", (numbers, text) => {
  expect(repeatsText(numbers)).toBe(text);
});
