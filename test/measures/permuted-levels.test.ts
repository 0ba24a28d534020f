/** Chance levels of more than one bit against every division of few samples, the one-bit code, and permutations of its own. */
import { describe, expect, test } from "vitest";
import { divergencesOfClasses, klSelectivity } from "../../src/measures/kl-selectivity.ts";
import { mutualInformation } from "../../src/measures/mutual-information.ts";
import { createNullLevels } from "../../src/measures/null-level.ts";
import { permutedInformationMean } from "../../src/measures/permuted-information.ts";
import {
  divergencesInto,
  permutationsFor,
  permutedCounts,
  permutedLevelsMean,
} from "../../src/measures/permuted-levels.ts";
import { evidenceOfLevels, measured } from "../support/evidence.ts";
import { drawnTables, everyTable } from "../support/label-permutations.ts";

const TAIL = 0.001;
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const evidenceOfTables = (tables: readonly number[][][]) => tables.map(evidenceOfLevels);
const uneven = [91, 106, 99, 103, 98, 92, 97, 109, 101, 104];

describe("the mean of mutual information", () => {
  test.each([
    [
      [5, 4, 2],
      [4, 4, 3],
    ],
    [
      [1, 1, 1, 7],
      [6, 4],
    ],
    [
      [3, 3, 2, 2],
      [5, 3, 2],
    ],
    [
      [1, 1, 8],
      [1, 2, 7],
    ],
  ])("of levels %j is that of every division of classes %j", (levels, classSizes) => {
    const values = evidenceOfTables(everyTable(levels, classSizes)).map((one) => measured(mutualInformation, one));
    expect(permutedLevelsMean(levels, classSizes)).toBeCloseTo(meanOf(values), 13);
  });

  test("of a bit is the one-bit code's", () => {
    for (const ones of [0, 1, 7, 120, 500, 999]) {
      const levels = [1000 - ones, ones].filter((count) => count > 0);
      expect(permutedLevelsMean(levels, uneven)).toBeCloseTo(permutedInformationMean(ones, uneven, 1000), 12);
    }
  });

  test("is remembered by cells: a second neuron gets what it gets alone", () => {
    const known = new Map<number, number>();
    permutedLevelsMean([300, 300, 400], uneven, known);
    expect(permutedLevelsMean([100, 300, 600], uneven, known)).toBe(permutedLevelsMean([100, 300, 600], uneven));
  });
});

describe("permuted labels", () => {
  test("keep the classes, and give the divergences that the measures give to the same tables", () => {
    const [levels, classSizes] = [
      [1, 2, 4, 5],
      [4, 3, 5],
    ];
    const terms = Float64Array.from({ length: 13 }, (_, n) => (n === 0 ? 0 : n * Math.log2(n)));
    const seen = new Set<string>();
    for (const counts of permutedCounts(classSizes, 50)) {
      const at = (sample: number) => [...counts.subarray(3 * sample, 3 * sample + 3)];
      expect([at(0), at(12)]).toEqual([[0, 0, 0], classSizes]);
      const ends = [0, 1, 3, 7, 12].map(at);
      const table = levels.map((_, level) => [0, 1, 2].map((label) => ends[level + 1]![label]! - ends[level]![label]!));
      expect(table.map((row) => row.reduce((sum, count) => sum + count))).toEqual(levels);
      const divergences = new Float64Array(3);
      divergencesInto(divergences, levels, classSizes, counts, terms);
      for (const [label, bits] of divergencesOfClasses(evidenceOfLevels(table)).entries()) {
        expect(divergences[label]).toBeCloseTo(bits, 13);
      }
      seen.add(table.join());
    }
    expect(seen.size).toBeGreaterThan(25);
  });

  test("come in every order equally often", () => {
    const times = new Map<string, number>();
    for (const counts of permutedCounts([1, 1, 1], 600)) {
      const order = counts.slice(3, 9).join();
      times.set(order, (times.get(order) ?? 0) + 1);
    }
    expect(times.size).toBe(6);
    // 100 expected of each, SD sqrt(600 * 1/6 * 5/6) = 9.1.
    for (const count of times.values()) expect(Math.abs(count - 100)).toBeLessThan(5 * 9.1);
  });

  test("are 9,999 for few samples and 999 for many, so that the level is the tenth or the largest value", () => {
    expect(permutationsFor(TAIL, 400)).toEqual({ draws: 9_999, rank: 10 });
    expect(permutationsFor(TAIL, 2_000)).toEqual({ draws: 1_999, rank: 2 });
    expect(permutationsFor(TAIL, 60_000)).toEqual({ draws: 999, rank: 1 });
  });
});

describe("levels of chance", () => {
  const classes = [100, 80, 120, 100];
  const given = [[60, 90, 130, 120], [330, 20, 20, 30], [396, 3, 1], new Array<number>(40).fill(10)];
  const nullLevels = createNullLevels(given, classes);
  /** How many of 10,000 permutations of another stream exceed the level of each measure. */
  function exceeding(levels: readonly number[]) {
    const evidence = evidenceOfTables(drawnTables(levels, classes, 10_000));
    return [mutualInformation, klSelectivity].map((measure) => {
      const { level } = measure.chance!(nullLevels(levels));
      return evidence.filter((one) => measured(measure, one) > level).length;
    });
  }

  // The level is the tenth of 9,999: its own tail is 0.001 with SD 0.0003. So 10 of 10,000, with SD sqrt(10 + 10).
  const most = 10 + 4 * Math.sqrt(20);
  test.each(given.map((levels) => [levels]))("of levels %j are exceeded by a thousandth", (levels) => {
    for (const count of exceeding(levels)) {
      expect(count).toBeLessThanOrEqual(most);
      // Rare levels take few values, so fewer may exceed one.
      if (!levels.includes(1)) expect(count).toBeGreaterThanOrEqual(1);
    }
  });

  test("are at least what every division of few samples gives at most", () => {
    // 10 samples: the most informative division has a share above a thousandth, so the level is its value.
    const [levels, classSizes] = [
      [1, 2, 7],
      [4, 6],
    ];
    const evidence = evidenceOfTables(everyTable(levels, classSizes));
    for (const measure of [mutualInformation, klSelectivity]) {
      const { level } = measure.chance!(createNullLevels([levels], classSizes)(levels));
      const largest = Math.max(...evidence.map((one) => measured(measure, one)));
      expect(level).toBeGreaterThanOrEqual(largest);
      expect(level).toBeCloseTo(largest, 12);
    }
  });

  test("do not depend on the order of levels, on empty ones, and on classes without samples", () => {
    const neurons = [
      [500, 300, 200],
      [200, 0, 500, 300],
      [0, 400, 0, 600],
      [600, 400],
      [0, 1000, 0],
    ];
    const levels = createNullLevels(neurons, uneven);
    const again = createNullLevels(neurons, [0, ...uneven, 0]);
    for (const chance of [mutualInformation.chance!, klSelectivity.chance!]) {
      const [first, same, bit, turned, constant] = neurons.map((one) => chance(levels(one)));
      expect(same).toBe(first);
      expect(turned).toBe(bit);
      expect(constant!.level).toBe(0);
      expect(neurons.map((one) => chance(again(one)))).toEqual([first, same, bit, turned, constant]);
    }
  });
});
