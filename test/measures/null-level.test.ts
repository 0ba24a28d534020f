/** Bias and chance levels against closed forms, all permutations, and seeded ones. */
import { describe, expect, test } from "vitest";
import { measureWithId } from "../../src/measures/columns.ts";
import { entropy } from "../../src/measures/entropy.ts";
import { klSelectivity } from "../../src/measures/kl-selectivity.ts";
import type { Measure } from "../../src/measures/measure.ts";
import { mutualInformation } from "../../src/measures/mutual-information.ts";
import { createNullLevels } from "../../src/measures/null-level.ts";
import { permutedInformation } from "../../src/measures/permuted-information.ts";
import { entropyBias, mutualInformationBias } from "../../src/measures/plug-in-bias.ts";
import { evidenceOf, measured } from "../support/evidence.ts";
import { drawnDivisions, everyDivision } from "../support/label-permutations.ts";

/** Values of a measure for each division of the ones. */
function valuesOf(measure: Measure, classSizes: readonly number[], divisions: readonly number[][]): number[] {
  return divisions.map((onesPerClass) => measured(measure, evidenceOf(onesPerClass, classSizes)));
}

const shareAbove = (values: readonly number[], level: number) =>
  values.filter((value) => value > level).length / values.length;
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
/** Levels of a bit, by its number of ones. */
function bitLevels(id: string, classSizes: readonly number[]) {
  return (ones: number) => {
    const levels = [total(classSizes) - ones, ones];
    return measureWithId(id)!.chance!(createNullLevels([levels], classSizes)(levels));
  };
}

const small = [5, 4, 3];
const uneven = [91, 106, 99, 103, 98, 92, 97, 109, 101, 104];
const DRAWS = 20_000;

describe("mutual information with permuted labels", () => {
  test("has means in closed form for two samples each of two classes", () => {
    // One 1: I = h2(1/4) - h2(1/2) / 2. Two: both in a class with probability 1/3, then I = 1, else 0.
    const h = (p: number) => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
    expect(permutedInformation(0.001, 1, [2, 2]).mean).toBeCloseTo(h(0.25) - 0.5, 13);
    expect(permutedInformation(0.001, 2, [2, 2]).mean).toBeCloseTo(1 / 3, 13);
    expect(permutedInformation(0.001, 3, [2, 2]).mean).toBeCloseTo(h(0.25) - 0.5, 13);
    expect(permutedInformation(0.001, 4, [2, 2])).toEqual({ mean: 0, level: 0 });
  });

  test("has the mean of all permutations of twelve samples, and a level that just holds", () => {
    for (let ones = 1; ones < 12; ones++) {
      const values = valuesOf(mutualInformation, small, everyDivision(small, ones));
      for (const tail of [0.001, 0.05, 0.3]) {
        const { mean, level } = permutedInformation(tail, ones, small);
        expect(mean).toBeCloseTo(meanOf(values), 12);
        expect(shareAbove(values, level)).toBeLessThanOrEqual(tail);
        // Rounded up by at most 3 of 300 cells, which are 1.1 times a level of the chi-square form.
        expect(shareAbove(values, level - 3 * ((1.1 * mean * -Math.log(tail)) / 300) - 1e-9)).toBeGreaterThan(tail);
      }
    }
  });

  test.each([2, 7, 20, 49, 50, 120, 500])("is held by the level with %i of 1,000 ones", (ones) => {
    const values = valuesOf(mutualInformation, uneven, drawnDivisions(uneven, ones, DRAWS));
    const { mean, level } = bitLevels("mutual_information", uneven)(ones);
    const sd = Math.sqrt(meanOf(values.map((value) => (value - mean!) ** 2)));
    expect(Math.abs(meanOf(values) - mean!)).toBeLessThan((5 * sd) / Math.sqrt(DRAWS));
    // 20 of the draws expected, SD 4.5: between 4 and 40. Few ones take few values, so fewer may exceed the level.
    expect(shareAbove(values, level) * DRAWS).toBeLessThanOrEqual(40);
    if (ones >= 20) expect(shareAbove(values, level) * DRAWS).toBeGreaterThanOrEqual(4);
  });
});

describe("KL selectivity with permuted labels", () => {
  test("has the smallest level that the union bound allows, for all permutations of twelve samples", () => {
    const levels = bitLevels("kl_selectivity", small);
    for (let ones = 1; ones < 12; ones++) {
      const divisions = everyDivision(small, ones);
      const { level } = levels(ones);
      expect(shareAbove(valuesOf(klSelectivity, small, divisions), level)).toBeLessThanOrEqual(0.001);
      // All 924 permutations at most: any outcome is likelier than 0.001, so the level is the largest value.
      expect(Math.max(...valuesOf(klSelectivity, small, divisions))).toBe(level);
    }
  });

  test.each([2, 20, 120, 500])("is held by the level with %i of 1,000 ones, and nearly as often exceeds it", (ones) => {
    const values = valuesOf(klSelectivity, uneven, drawnDivisions(uneven, ones, DRAWS));
    const { level, mean } = bitLevels("kl_selectivity", uneven)(ones);
    expect(mean).toBeUndefined();
    expect(shareAbove(values, level) * DRAWS).toBeLessThanOrEqual(40);
    if (ones >= 120) expect(shareAbove(values, level) * DRAWS).toBeGreaterThanOrEqual(2);
  });
});

test("levels are the same when the bit is turned over, and classes without samples do not count", () => {
  for (const id of ["mutual_information", "kl_selectivity"]) {
    const levels = bitLevels(id, uneven);
    for (const ones of [3, 77, 400]) expect(levels(1000 - ones)).toEqual(levels(ones));
    expect(bitLevels(id, [0, ...uneven, 0])(77)).toEqual(levels(77));
    expect(levels(0).level).toBe(0);
  }
});

test("entropy has no null level, since it does not depend on labels", () => {
  expect(entropy.chance).toBeUndefined();
});

describe("the bias of a plug-in estimate", () => {
  const counts = (onesPerClass: number[], samplesPerClass: number[]) => evidenceOf(onesPerClass, samplesPerClass);

  test("is -1 / (2 N ln 2) for a bit's entropy, and 0 for a bit that never changes", () => {
    expect(entropyBias(counts([3, 4], [10, 10]))).toBeCloseTo(-1 / (40 * Math.LN2), 15);
    expect(entropyBias(counts([10, 10], [10, 10]))).toBeCloseTo(0, 15);
  });

  test("is (C - 1) / (2 N ln 2) for information where every class has both outcomes, less where one has not", () => {
    expect(mutualInformationBias(counts([3, 4, 1], [10, 10, 10]))).toBeCloseTo(2 / (60 * Math.LN2), 15);
    expect(mutualInformationBias(counts([3, 0, 10], [10, 10, 10]))).toBeCloseTo(0, 15);
    expect(mutualInformationBias(counts([0, 0, 10], [10, 10, 10]))).toBeCloseTo(-1 / (60 * Math.LN2), 15);
  });

  test("of information is what permuted labels give on average, to first order", () => {
    const { mean } = permutedInformation(0.001, 400, uneven);
    const expected = mutualInformationBias(
      counts(
        uneven.map((size) => Math.round(size * 0.4)),
        uneven,
      ),
    );
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.01);
  });
});
