/** Holm's correction against worked examples. */
import { describe, expect, it } from "vitest";
import { holmAdjusted, withHolm } from "../../../src/report/statistics/holm.ts";

const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(12)));

describe("Holm's correction", () => {
  it("of 0.01, 0.04, 0.03, 0.005 is 0.03, 0.06, 0.06, 0.02, as in R's p.adjust", () => {
    expect(rounded(holmAdjusted([0.01, 0.04, 0.03, 0.005]))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it("multiplies the smallest of ten by ten, and never orders two tests otherwise than their p", () => {
    // Aickin and Gensler (Am. J. Public Health 86, 1996) state the rule: (n - i + 1) p(i), made monotone.
    const ps = [0.0001, 0.0058, 0.0132, 0.0289, 0.0498, 0.0911, 0.2012, 0.5718, 0.8912, 0.9011];
    const adjusted = rounded(holmAdjusted(ps));
    expect(adjusted).toEqual([0.001, 0.0522, 0.1056, 0.2023, 0.2988, 0.4555, 0.8048, 1, 1, 1]);
  });

  it("keeps one test as it is, and gives equal tests equal values", () => {
    expect(holmAdjusted([0.04])).toEqual([0.04]);
    expect(rounded(holmAdjusted([0.0625, 0.0625, 0.0625]))).toEqual([0.1875, 0.1875, 0.1875]);
    expect(holmAdjusted([])).toEqual([]);
  });

  it("takes lists as one family and leaves out what was not tested", () => {
    const lists = [[{ name: "a", p: 0.01 }, { name: "b" }], [], [{ name: "c", p: 0.02 }]];
    expect(withHolm<{ name: string; p?: number }>(lists)).toEqual([
      [{ name: "a", p: 0.01, holm: 0.02 }, { name: "b" }],
      [],
      [{ name: "c", p: 0.02, holm: 0.02 }],
    ]);
  });
});
