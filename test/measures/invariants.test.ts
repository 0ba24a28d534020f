/** What must hold between the measures of any neuron, whatever its counts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entropy } from "../../src/measures/entropy.ts";
import { klSelectivity, preferredClass } from "../../src/measures/kl-selectivity.ts";
import type { Measure, MeasureTraits } from "../../src/measures/measure.ts";
import { mutualInformation } from "../../src/measures/mutual-information.ts";
import { levelsOfClass, type NeuronLevels, totalsOf } from "../../src/measures/neuron-levels.ts";
import { paperMeasures } from "../../src/measures/paper-measures.ts";
import { measures } from "../../src/measures/registry.ts";
import {
  anyEvidence,
  complementOf,
  evidenceOf,
  measured,
  onesOf,
  relabelled,
  variedEvidence,
} from "../support/evidence.ts";

const runs = { seed: 20_220_202, numRuns: 500 };
/** Rounding of a sum of at most 12 terms of at most 20 bits: 12 * 20 * 2^-53, with room for the logarithms. */
const ROUNDING = 1e-12;

/** Plain Shannon entropy, bits, of any counts. */
function shannon(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return -counts.filter((count) => count > 0).reduce((sum, n) => sum + (n / total) * Math.log2(n / total), 0);
}

const sizes = ({ samplesPerClass }: NeuronLevels) => Array.from(samplesPerClass);

/** H(T) - H(T|Y), each term as the textbook has it. */
function plainInformation(evidence: NeuronLevels): number {
  const conditional = sizes(evidence).reduce((sum, size, label) => {
    return sum + (size / evidence.samples) * shannon(levelsOfClass(evidence, label));
  }, 0);
  return shannon(totalsOf(evidence)) - conditional;
}

/** D(P_{T|y} || P_T) of one class, as the textbook has it. */
function plainDivergence(evidence: NeuronLevels, label: number): number {
  const totals = totalsOf(evidence);
  return levelsOfClass(evidence, label).reduce((bits, count, level) => {
    const q = count / evidence.samplesPerClass[label]!;
    return q === 0 ? bits : bits + q * Math.log2(q / (totals[level]! / evidence.samples));
  }, 0);
}

function holds(evidence: fc.Arbitrary<NeuronLevels>, check: (evidence: NeuronLevels) => void): void {
  fc.assert(fc.property(evidence, check), runs);
}

/** Measures that have the trait: at least the paper's. */
function having(trait: keyof MeasureTraits): Measure[] {
  const found = measures.filter(({ traits }) => traits[trait]);
  for (const measure of paperMeasures) expect(found).toContain(measure);
  return found;
}

describe("for any neuron", () => {
  test("every measure is finite, within its ends, and not negative where it says so", () => {
    holds(anyEvidence, (evidence) => {
      for (const measure of measures) {
        const value = measured(measure, evidence);
        expect(Number.isFinite(value), measure.id).toBe(true);
        if (measure.traits.neverNegative) expect(value, measure.id).toBeGreaterThanOrEqual(0);
        expect(value, measure.id).toBeLessThanOrEqual(measure.top?.(2) ?? Number.POSITIVE_INFINITY);
      }
    });
  });

  test("entropy is that of its two outcomes, at most one bit", () => {
    holds(anyEvidence, (evidence) => {
      expect(measured(entropy, evidence)).toBeCloseTo(shannon(totalsOf(evidence)), 11);
      expect(measured(entropy, evidence)).toBeLessThanOrEqual(1);
    });
  });

  test("information is at most the entropy of the bit and that of the class", () => {
    holds(anyEvidence, (evidence) => {
      const most = Math.min(measured(entropy, evidence), shannon(sizes(evidence)));
      expect(measured(mutualInformation, evidence)).toBeLessThanOrEqual(most + ROUNDING);
    });
  });

  test("information is entropy less conditional entropy, never their sum", () => {
    holds(anyEvidence, (evidence) => {
      expect(Math.abs(measured(mutualInformation, evidence) - plainInformation(evidence))).toBeLessThan(ROUNDING);
    });
  });

  test("information is at most the selectivity", () => {
    holds(anyEvidence, (evidence) => {
      expect(measured(mutualInformation, evidence)).toBeLessThanOrEqual(measured(klSelectivity, evidence) + ROUNDING);
    });
  });
});

describe("for a neuron whose bit varies", () => {
  test("information is the mean over classes of their divergences", () => {
    holds(variedEvidence, (evidence) => {
      const mean = sizes(evidence).reduce(
        (sum, size, label) => sum + (size / evidence.samples) * plainDivergence(evidence, label),
        0,
      );
      expect(Math.abs(measured(mutualInformation, evidence) - mean)).toBeLessThan(ROUNDING);
    });
  });

  test("selectivity is the largest divergence, and the preferred class attains it", () => {
    holds(variedEvidence, (evidence) => {
      const divergences = sizes(evidence).map((_, label) => plainDivergence(evidence, label));
      expect(Math.abs(measured(klSelectivity, evidence) - Math.max(...divergences))).toBeLessThan(ROUNDING);
      expect(divergences[preferredClass(evidence)]!).toBeGreaterThan(Math.max(...divergences) - ROUNDING);
    });
  });

  test("selectivity is at most the surprise of the rarer outcome", () => {
    holds(variedEvidence, (evidence) => {
      const rarer = Math.min(...totalsOf(evidence)) / evidence.samples;
      expect(measured(klSelectivity, evidence)).toBeLessThanOrEqual(-Math.log2(rarer) + ROUNDING);
    });
  });
});

describe("names do not matter", () => {
  test("turning the bit over changes no measure that says so, and no preferred class, to the last bit", () => {
    holds(anyEvidence, (evidence) => {
      const complement = complementOf(evidence);
      for (const measure of having("levelInvariant")) {
        expect(measured(measure, complement), measure.id).toBe(measured(measure, evidence));
      }
      expect(preferredClass(complement)).toBe(preferredClass(evidence));
    });
  });

  test("renaming the classes changes no measure that says so", () => {
    const renamed = anyEvidence.chain((evidence) => {
      const labels = onesOf(evidence).map((_, label) => label);
      return fc
        .shuffledSubarray(labels, { minLength: labels.length })
        .map((order) => [evidence, relabelled(evidence, order)] as const);
    });
    fc.assert(
      fc.property(renamed, ([before, after]) => {
        for (const measure of having("labelInvariant")) {
          expect(Math.abs(measured(measure, after) - measured(measure, before)), measure.id).toBeLessThan(ROUNDING);
        }
      }),
      runs,
    );
  });
});

describe("neurons whose values are known", () => {
  test("a bit that is constant has no entropy, information, selectivity or variance: zero exactly", () => {
    const constant = fc
      .tuple(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 2, maxLength: 12 }), fc.boolean())
      .map(([samples, on]) => evidenceOf(on ? samples : samples.map(() => 0), samples));
    holds(constant, (evidence) => {
      for (const measure of having("constantIsZero"))
        expect(Object.is(measured(measure, evidence), 0), measure.id).toBe(true);
      expect(preferredClass(evidence)).toBe(0);
    });
  });

  test("a bit that is independent of the class has no information or selectivity: zero exactly", () => {
    const independent = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      )
      .map(([multiples, ones, zeros]) =>
        evidenceOf(
          multiples.map((multiple) => multiple * ones),
          multiples.map((multiple) => multiple * (ones + zeros)),
        ),
      );
    holds(independent, (evidence) => {
      expect(Object.is(measured(mutualInformation, evidence), 0)).toBe(true);
      expect(Object.is(measured(klSelectivity, evidence), 0)).toBe(true);
      expect(measured(entropy, evidence)).toBeGreaterThan(0);
    });
  });

  test.each([
    [1, 0.469, 3.3219],
    [2, 0.7219, 2.3219],
    [3, 0.8813, 1.737],
    [4, 0.971, 1.3219],
    [5, 1, 1],
  ])("a noiseless bit for %i of 10 balanced classes has H = I = %d and KL = %d bits", (firing, bits, selectivity) => {
    const samples = new Array<number>(10).fill(200);
    const evidence = evidenceOf(
      samples.map((size, label) => (label < firing ? size : 0)),
      samples,
    );
    expect(measured(entropy, evidence)).toBeCloseTo(bits, 4);
    expect(measured(mutualInformation, evidence)).toBeCloseTo(bits, 4);
    expect(measured(klSelectivity, evidence)).toBeCloseTo(selectivity, 4);
  });

  test("information and selectivity order those five neurons oppositely", () => {
    const neurons = [1, 2, 3, 4, 5].map((firing) =>
      evidenceOf(
        Array.from({ length: 10 }, (_, label) => (label < firing ? 30 : 0)),
        new Array<number>(10).fill(30),
      ),
    );
    const rising = (values: readonly number[]) =>
      values.every((value, index) => index === 0 || value > values[index - 1]!);
    expect(rising(neurons.map((neuron) => measured(mutualInformation, neuron)))).toBe(true);
    expect(rising(neurons.map((neuron) => measured(klSelectivity, neuron)).reverse())).toBe(true);
  });
});
