/** Training that teaches nothing is noticed. */
import { describe, expect, test } from "vitest";
import { constantGuessLoss, learningWarnings } from "../../src/train/learning.ts";

const ended = (...losses: number[]) => losses.map((loss, repeat) => ({ repeat, trainLoss: [9, loss] }));
/** Two classes, three samples of one and one of the other: a guess costs 0.5623 nats. */
const data = { train: { count: 4, inputs: new Uint8Array(4), labels: Uint16Array.of(0, 0, 1, 0) }, classes: 2 };

describe("a constant guess", () => {
  test("costs the entropy of the classes' shares, of which absent ones are no part", () => {
    expect(constantGuessLoss([5, 5])).toBeCloseTo(Math.LN2, 12);
    expect(constantGuessLoss([3, 1, 0])).toBeCloseTo(0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), 12);
    expect(constantGuessLoss(new Array(10).fill(7))).toBeCloseTo(Math.log(10), 12);
  });
});

describe("networks", () => {
  test("that do better than it are not warned of, nor those that were trained elsewhere", () => {
    expect(learningWarnings(ended(0.5622, 0.01), data)).toEqual([]);
    expect(learningWarnings([{ repeat: 0, trainLoss: [] }], data)).toEqual([]);
  });

  test("that do not are named with both losses", () => {
    expect(learningWarnings(ended(0.2, 5e19), data)).toEqual([
      "repeat 1 has not learned: the loss in the last epoch is 5.0e+19 nats, that of a constant guess 0.5623; " +
        "try another --learning-rate, or more epochs",
    ]);
    expect(learningWarnings(ended(0.5624), data)).toHaveLength(1);
    expect(learningWarnings(ended(Number.NaN), data)).toHaveLength(1);
  });

  test("that do not are counted where they are many, with the worst loss", () => {
    const [warning] = learningWarnings(ended(1, 2, 3, 4, 0.1, 6, 5), data);
    expect(warning).toMatch(/^repeats 0, 1, 2, 3, 5, \.\.\. \(6\) have not learned: .* up to 6\.0000 nats/);
  });
});
