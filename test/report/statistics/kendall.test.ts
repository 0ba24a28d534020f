/** Kendall's tau-b against worked examples. */
import { describe, expect, it } from "vitest";
import { kendallTauB } from "../../../src/report/statistics/kendall.ts";

describe("Kendall's tau-b", () => {
  it("is 1 for the same order, -1 for the reverse, whatever the values", () => {
    expect(kendallTauB([1, 2, 3, 10], [0.1, 0.2, 0.5, 0.6])).toBe(1);
    expect(kendallTauB([1, 2, 3, 10], [4, 3, 2, 1])).toBe(-1);
  });

  it("counts pairs without ties as (concordant - discordant) / all", () => {
    // Of the six pairs only 2 and 3 are turned round.
    expect(kendallTauB([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(4 / 6, 15);
  });

  it("divides by the pairs that are not tied on either side", () => {
    // a has one tie, b two: 6 - 1 and 6 - 2 pairs. Concordant: (1,2), (1,4), (3,4); tied: (2,3) in a, (1,3) and (2,4) in b.
    expect(kendallTauB([1, 2, 2, 3], [1, 5, 1, 5])).toBeCloseTo(3 / Math.sqrt(5 * 4), 15);
    // SciPy: kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) is -0.47140452079103173.
    expect(kendallTauB([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 15);
  });

  it("is not defined where one side has one value", () => {
    expect(kendallTauB([1, 1, 1], [1, 2, 3])).toBeUndefined();
    expect(kendallTauB([1], [2])).toBeUndefined();
  });
});
