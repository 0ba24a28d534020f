import { expect, test } from "vitest";
import { nextSample } from "../../../../web/ui/state/next-sample.ts";

const labels = Uint16Array.of(3, 1, 3, 0);

test("samples of a class come one after another, and behind the last one the first", () => {
  expect(nextSample(labels, 3)).toBe(0);
  expect(nextSample(labels, 3, 0)).toBe(2);
  expect(nextSample(labels, 3, 2)).toBe(0);
  expect(nextSample(labels, 2)).toBeUndefined();
});

test("samples of any class come in their order", () => {
  expect([nextSample(labels, undefined), nextSample(labels, undefined, 0), nextSample(labels, undefined, 3)]).toEqual([
    0, 1, 0,
  ]);
  expect(nextSample(new Uint16Array(), undefined)).toBeUndefined();
});
