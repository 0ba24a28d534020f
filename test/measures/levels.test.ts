/** Measures of outputs with more than two levels, and of a bit as the two levels that it is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalFrequencyEdges, equalWidthEdges, levelOf } from "../../src/core/quantization.ts";
import { entropy } from "../../src/measures/entropy.ts";
import { binaryDivergence, binaryEntropy, divergenceOf, entropyOf } from "../../src/measures/information.ts";
import { divergencesOfClasses, klSelectivity, preferredClass } from "../../src/measures/kl-selectivity.ts";
import { mutualInformation } from "../../src/measures/mutual-information.ts";
import { levelsOfClass, type NeuronLevels, totalsOf } from "../../src/measures/neuron-levels.ts";
import { paperMeasures } from "../../src/measures/paper-measures.ts";
import { entropyBias, mutualInformationBias } from "../../src/measures/plug-in-bias.ts";
import { countLevels } from "../../src/reference/levels.ts";
import { anyEvidence, anyLevels, evidenceOfLevels, measured, relabelled, tableOf } from "../support/evidence.ts";

const runs = { seed: 20_220_202, numRuns: 300 };
/** Rounding of a sum of at most 6 * 16 terms of at most 16 bits: 96 * 16 * 2^-53 = 1.7e-13, and of the logarithms. */
const ROUNDING = 1e-12;

function shannon(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return -counts.filter((count) => count > 0).reduce((sum, n) => sum + (n / total) * Math.log2(n / total), 0);
}

function holds(evidence: fc.Arbitrary<NeuronLevels>, check: (evidence: NeuronLevels) => void): void {
  fc.assert(fc.property(evidence, check), runs);
}

test("a bit's values are those of binary entropy and divergence, to the last bit", () => {
  holds(anyEvidence, (evidence) => {
    const { samples, samplesPerClass } = evidence;
    const ones = totalsOf(evidence)[1]!;
    expect(measured(entropy, evidence)).toBe(binaryEntropy(ones, samples));
    const divergences = Array.from(samplesPerClass, (size, label) =>
      binaryDivergence(levelsOfClass(evidence, label)[1]!, size, ones, samples),
    );
    expect(divergencesOfClasses(evidence)).toEqual(divergences);
    expect(measured(klSelectivity, evidence)).toBe(Math.max(...divergences));
    let bits = 0;
    for (const [label, divergence] of divergences.entries()) bits += (samplesPerClass[label]! / samples) * divergence;
    expect(measured(mutualInformation, evidence)).toBe(bits);
  });
});

test("entropy and divergence of three levels are as worked out by hand", () => {
  // p = 1/2, 1/4, 1/4; q = 3/4, 1/4, 0: 3/4 log (3/2) + 1/4 log 1.
  expect(entropyOf([4, 2, 2], 8)).toBeCloseTo(1.5, 15);
  expect(divergenceOf([3, 1, 0], 4, [4, 2, 2], 8)).toBeCloseTo(0.75 * Math.log2(1.5), 15);
});

test("a neuron that has a level for each of four classes knows two bits of them, and two bits select each class", () => {
  const evidence = evidenceOfLevels(
    [0, 1, 2, 3].map((level) => [0, 1, 2, 3].map((label) => (label === level ? 9 : 0))),
  );
  for (const measure of paperMeasures) expect(measured(measure, evidence), measure.id).toBeCloseTo(2, 15);
});

test("the example of docs/measures.md is right", () => {
  const evidence = evidenceOfLevels([
    [4, 0, 0],
    [0, 2, 0],
    [0, 2, 4],
    [0, 0, 0],
  ]);
  const rounded = (values: readonly number[]) => values.map((value) => value.toFixed(4));
  expect(rounded(paperMeasures.map((measure) => measured(measure, evidence)))).toEqual(["1.4591", "1.1258", "1.5850"]);
  expect(rounded(divergencesOfClasses(evidence))).toEqual(["1.5850", "0.7925", "1.0000"]);
});

describe("for a neuron of any number of levels", () => {
  test("0 <= I <= min(H, H(Y)), I <= KL, and H is that of its levels", () => {
    holds(anyLevels, (evidence) => {
      const [h, i, kl] = [entropy, mutualInformation, klSelectivity].map((measure) => measured(measure, evidence));
      expect(h).toBeCloseTo(shannon(totalsOf(evidence)), 11);
      expect(i).toBeGreaterThanOrEqual(0);
      expect(i).toBeLessThanOrEqual(Math.min(h!, shannon(Array.from(evidence.samplesPerClass))) + ROUNDING);
      expect(i).toBeLessThanOrEqual(kl! + ROUNDING);
      expect(Number.isFinite(kl)).toBe(true);
    });
  });

  test("the mean of the classes' divergences is H(T) - H(T|Y)", () => {
    holds(anyLevels, (evidence) => {
      const { samples, samplesPerClass } = evidence;
      const conditional = Array.from(samplesPerClass).reduce(
        (sum, size, label) => sum + (size / samples) * shannon(levelsOfClass(evidence, label)),
        0,
      );
      const plain = shannon(totalsOf(evidence)) - conditional;
      expect(Math.abs(measured(mutualInformation, evidence) - plain)).toBeLessThan(ROUNDING);
    });
  });

  test("renaming levels and classes changes no measure", () => {
    const renamed = anyLevels.chain((evidence) => {
      const { levels, samplesPerClass } = evidence;
      const orders = [levels, samplesPerClass.length].map((size) =>
        fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      );
      return fc.tuple(fc.constant(evidence), orders[0]!, orders[1]!);
    });
    fc.assert(
      fc.property(renamed, ([before, levels, classes]) => {
        const table = tableOf(before);
        const after = relabelled(evidenceOfLevels(levels.map((level) => table[level]!)), classes);
        for (const measure of paperMeasures) {
          expect(Math.abs(measured(measure, after) - measured(measure, before)), measure.id).toBeLessThan(ROUNDING);
        }
      }),
      runs,
    );
  });

  test("all samples in one level give zero exactly, and class 0 as preferred", () => {
    const constant = fc
      .tuple(fc.integer({ min: 0, max: 7 }), fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 2 }))
      .map(([own, sizes]) => evidenceOfLevels([...Array(8).keys()].map((l) => sizes.map((n) => (l === own ? n : 0)))));
    holds(constant, (evidence) => {
      for (const measure of paperMeasures) expect(Object.is(measured(measure, evidence), 0), measure.id).toBe(true);
      expect(preferredClass(evidence)).toBe(0);
    });
  });
});

/** Some outputs, with many ties, and their classes. */
const outputs = fc
  .array(fc.tuple(fc.float({ min: -2, max: 2, noNaN: true }), fc.boolean(), fc.integer({ min: 0, max: 2 })), {
    minLength: 2,
    maxLength: 200,
  })
  .map((samples) => ({
    values: Float32Array.from(samples, ([value, rounded]) => (rounded ? Math.round(value) : value)),
    labels: samples.map(([, , label]) => label),
  }));

const edgesOf = {
  "equal-width": (values: Float32Array, levels: number) =>
    equalWidthEdges(Math.min(...values), Math.max(...values), levels),
  "equal-frequency": (values: Float32Array, levels: number) => equalFrequencyEdges(values.slice().sort(), levels),
};

describe.each(["equal-width", "equal-frequency"] as const)("with %s bins", (rule) => {
  test("a further bit never loses information, because it divides the levels", () => {
    fc.assert(
      fc.property(outputs, ({ values, labels }) => {
        let before = 0;
        for (const levels of [2, 4, 8, 16, 32, 64, 128, 256]) {
          const counts = countLevels(values, labels, edgesOf[rule](values, levels), levels, 3);
          const table = [...Array(levels).keys()].map((level) => [...counts.subarray(3 * level, 3 * level + 3)]);
          const bits = measured(mutualInformation, evidenceOfLevels(table));
          expect(bits).toBeGreaterThanOrEqual(before - ROUNDING);
          before = bits;
        }
      }),
      runs,
    );
  });

  test("equal outputs are all in the lowest level", () => {
    const edges = edgesOf[rule](new Float32Array(50).fill(0.3), 16);
    expect(levelOf(Math.fround(0.3), edges)).toBe(0);
  });
});

test("equal-frequency levels are as full as ties allow, and equal-width ones as wide as each other", () => {
  const values = Float32Array.from({ length: 16 }, (_, sample) => sample ** 2);
  const edges = equalFrequencyEdges(values, 4);
  expect([...edges]).toEqual([9, 49, 121]);
  expect(Array.from(countLevels(values, new Array(16).fill(0), edges, 4, 1))).toEqual([4, 4, 4, 4]);
  expect([...equalWidthEdges(0, 225, 4)]).toEqual([56.25, 112.5, 168.75]);
  // Half of the samples are 0: two of four levels have nothing, as 0 is one level.
  expect([...equalFrequencyEdges(Float32Array.of(0, 0, 0, 0, 1, 2, 3, 4), 4)]).toEqual([0, 0, 2]);
});

test("the bias counts the levels that were seen, in all and in each class", () => {
  const evidence = evidenceOfLevels([
    [3, 0],
    [1, 5],
    [2, 1],
    [0, 0],
  ]);
  expect(entropyBias(evidence)).toBeCloseTo(-2 / (2 * 12 * Math.LN2), 15);
  expect(mutualInformationBias(evidence)).toBeCloseTo((2 + 1 - 2) / (2 * 12 * Math.LN2), 15);
});
