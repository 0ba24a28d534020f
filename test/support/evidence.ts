/** One neuron's counts, given or drawn, in the form that measures take. */
import fc from "fast-check";
import type { Network } from "../../src/core/network.ts";
import { countsOfBit, levelsOfClass, levelTotals, type NeuronEvidence } from "../../src/measures/measure.ts";

const network: Network = { activation: "sigmoid", layers: [] };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** @param onesPerClass, samplesPerClass [classes] */
export function evidenceOf(onesPerClass: readonly number[], samplesPerClass: readonly number[]): NeuronEvidence {
  const countsPerLevel = countsOfBit(onesPerClass, samplesPerClass);
  const counts = { levels: 2, countsPerLevel, samplesPerClass, samples: sum(samplesPerClass) };
  return { ...counts, meanActivation: 0.5, network, layer: 1, neuron: 0 };
}

/** @param table per level: [classes] */
export function evidenceOfLevels(table: readonly (readonly number[])[]): NeuronEvidence {
  const samplesPerClass = table[0]!.map((_, label) => sum(table.map((row) => row[label]!)));
  const counts = { levels: table.length, countsPerLevel: table.flat(), samplesPerClass, samples: sum(table.flat()) };
  return { ...counts, meanActivation: 0.5, network, layer: 1, neuron: 0 };
}

/** [classes]: samples whose bit is 1. */
export function onesOf({ countsPerLevel, samplesPerClass }: NeuronEvidence): number[] {
  return Array.from(countsPerLevel).slice(samplesPerClass.length);
}

/** [levels][classes]. */
export function tableOf(evidence: NeuronEvidence): number[][] {
  const columns = Array.from(evidence.samplesPerClass, (_, label) => levelsOfClass(evidence, label));
  return levelTotals(evidence).map((_, level) => columns.map((column) => column[level]!));
}

/** The same samples with the levels in another order; of a bit, turned over. */
export function complementOf(evidence: NeuronEvidence): NeuronEvidence {
  return evidenceOfLevels(tableOf(evidence).reverse());
}

/** The same samples with class `order[c]` now called c. */
export function relabelled(evidence: NeuronEvidence, order: readonly number[]): NeuronEvidence {
  return evidenceOfLevels(tableOf(evidence).map((row) => order.map((label) => row[label]!)));
}

/** A size and a part of it, with the extremes (no ones, all ones) far more often than by chance. */
function classCounts(size: fc.Arbitrary<number>): fc.Arbitrary<readonly [number, number]> {
  return size.chain((samples) =>
    fc.oneof(fc.constantFrom(0, samples), fc.integer({ min: 0, max: samples })).map((ones) => [ones, samples] as const),
  );
}

/** Any neuron over 2 to 12 classes of up to 5,000 samples, each class with at least one. */
export const anyEvidence: fc.Arbitrary<NeuronEvidence> = fc
  .array(classCounts(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5_000 }))), {
    minLength: 2,
    maxLength: 12,
  })
  .map((classes) =>
    evidenceOf(
      classes.map(([ones]) => ones),
      classes.map(([, samples]) => samples),
    ),
  );

/** As `anyEvidence`, but never constant. */
export const variedEvidence = anyEvidence.filter((evidence) => Math.min(...levelTotals(evidence)) > 0);

/** Any neuron of 3 to 16 levels over 2 to 6 classes, each class with at least one sample. */
export const anyLevels: fc.Arbitrary<NeuronEvidence> = fc
  .tuple(fc.integer({ min: 3, max: 16 }), fc.integer({ min: 2, max: 6 }))
  .chain(([levels, classes]) => {
    const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }));
    const row = fc.array(count, { minLength: classes, maxLength: classes });
    return fc.array(row, { minLength: levels, maxLength: levels });
  })
  .filter((table) => table[0]!.every((_, label) => table.some((row) => row[label]! > 0)))
  .map(evidenceOfLevels);
