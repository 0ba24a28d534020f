/** What an analysis refuses and doubts before it removes a neuron. */
import { describe, expect, test } from "vitest";
import { requireAlike } from "../src/analyze.ts";
import { UsageError } from "../src/core/errors.ts";
import type { RepeatSummary } from "../src/core/study.ts";
import { nearChance } from "../src/study/warnings.ts";
import { madeUpNetwork } from "./report/made-up-study.ts";

function evaluated(testCorrect: number): RepeatSummary {
  return { repeat: 0, validationAccuracy: 0, testAccuracy: 0, testCorrect, testLoss: 0, trainLoss: [] };
}

describe("a network is near chance", () => {
  // Always saying class 1 is right 60 times in 100; three standard errors are 3 * sqrt(.6 * .4 / 100) = .147 more.
  test.each([
    [60, true],
    [74, true],
    [75, false],
    [100, false],
  ])("with %i of 100 right, where 60 are of one class: %s", (correct, doubted) => {
    expect(nearChance(evaluated(correct), [40, 60])).toBe(doubted);
  });
});

describe("networks of one analysis", () => {
  test("may be one or many of the same widths, and no others", () => {
    const filed = (file: string, widths: number[]) => ({ file, network: madeUpNetwork(widths) });
    const first = filed("a.onnx", [4, 3, 2]);
    expect(() => requireAlike([first])).not.toThrow();
    expect(() => requireAlike([first, filed("b.npz", [4, 3, 2])])).not.toThrow();
    expect(() => requireAlike([first, filed("b.npz", [4, 2, 2])])).toThrow(UsageError);
    expect(() => requireAlike([first, filed("b.npz", [4, 2, 2])])).toThrow(/b\.npz: .*\n.*4-3-2.*a\.onnx\n.*4-2-2/);
  });
});
