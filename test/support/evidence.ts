/** One neuron's counts, given or drawn, and the evidence of a layer that is this neuron alone. */
import fc from "fast-check";
import type { GradientSums, LayerEvidence } from "../../src/core/evidence.ts";
import type { Measure } from "../../src/measures/measure.ts";
import { levelsOfClass, type NeuronLevels, totalsOf } from "../../src/measures/neuron-levels.ts";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** @param onesPerClass, samplesPerClass [classes] */
export function evidenceOf(onesPerClass: readonly number[], samplesPerClass: readonly number[]): NeuronLevels {
  const zeros = samplesPerClass.map((size, label) => size - onesPerClass[label]!);
  return evidenceOfLevels([zeros, onesPerClass]);
}

/** @param table per level: [classes] */
export function evidenceOfLevels(table: readonly (readonly number[])[]): NeuronLevels {
  const samplesPerClass = table[0]!.map((_, label) => sum(table.map((row) => row[label]!)));
  const countsPerLevel = Uint32Array.from(table.flat());
  return { levels: table.length, countsPerLevel, samplesPerClass, samples: sum(table.flat()) };
}

/** A neuron whose g and g t are these for every sample. */
function gradientsOf(samples: number, [g, product]: readonly [number, number]): GradientSums {
  const total = (each: number) => Float64Array.of(samples * each);
  return {
    sizes: total(Math.abs(g)),
    productSizes: total(Math.abs(product)),
    products: total(product),
    squares: total(product * product),
  };
}

/** A layer of this neuron alone, between two inputs and two logits. Its output is the number of its level. */
export function layerOf({ levels, countsPerLevel, samplesPerClass, samples }: NeuronLevels): LayerEvidence {
  const classes = samplesPerClass.length;
  const first = countsPerLevel.findIndex((count) => count > 0);
  const origin = Math.max(0, Math.floor(first / classes));
  /** `[classes]`: of what each sample gives, by its level. */
  const sums = (of: (level: number) => number) =>
    Float64Array.from({ length: classes }, (_, label) => {
      return sum(Array.from({ length: levels }, (_, level) => countsPerLevel[level * classes + label]! * of(level)));
    });
  const removal = (loss: number) => ({
    losses: Float64Array.of(loss),
    divergences: Float64Array.of(0.5),
    squares: Float64Array.of(4),
  });
  const shapley = (value: number, error: number) => {
    return { values: Float64Array.of(value), standardErrors: Float64Array.of(error), draws: 4 };
  };
  const incoming = { inputs: 2, outputs: 1, weights: Float32Array.of(0.5, -2), biases: Float32Array.of(7) };
  const outgoing = { inputs: 1, outputs: 2, weights: Float32Array.of(3, -1), biases: Float32Array.of(7, 0) };
  return {
    layer: 1,
    units: 1,
    samplesPerClass,
    samples,
    meanActivation: Float32Array.of(0.5),
    levels: { levels, counts: countsPerLevel.slice(classes) },
    classSums: {
      origins: Float32Array.of(origin),
      deviations: sums((level) => level - origin),
      squares: sums((level) => (level - origin) * (level - origin)),
      magnitudes: sums((level) => level - origin), // no level is negative
    },
    weights: { incoming, outgoing, network: [incoming, outgoing] },
    activation: { kind: "relu" },
    path: { conductances: Float64Array.of(3 * sum(Array.from(countsPerLevel))) },
    relevance: { sizes: Float64Array.of(sum(Array.from(countsPerLevel))) },
    zeroRemovals: removal(-1),
    meanRemovals: removal(2),
    zeroShapley: shapley(-1, 0.25),
    meanShapley: shapley(2, 0),
    zeroNetworkShapley: shapley(3, 0.5),
    meanNetworkShapley: shapley(-4, 0.125),
    gradients: gradientsOf(sum(Array.from(countsPerLevel)), [1 / 2, -1 / 4]),
  };
}

/** The measure of this neuron. */
export function measured({ evaluate }: Measure, neuron: NeuronLevels): number {
  const values = evaluate(layerOf(neuron));
  if (values.length !== 1) throw new Error(`a layer of one neuron has ${values.length} values`);
  return values[0]!;
}

/** [classes]: samples whose bit is 1. */
export function onesOf({ countsPerLevel, samplesPerClass }: NeuronLevels): number[] {
  return Array.from(countsPerLevel).slice(samplesPerClass.length);
}

/** [levels][classes]. */
export function tableOf(neuron: NeuronLevels): number[][] {
  const columns = Array.from(neuron.samplesPerClass, (_, label) => levelsOfClass(neuron, label));
  return totalsOf(neuron).map((_, level) => columns.map((column) => column[level]!));
}

/** The same samples with the levels in another order; of a bit, turned over. */
export function complementOf(neuron: NeuronLevels): NeuronLevels {
  return evidenceOfLevels(tableOf(neuron).reverse());
}

/** The same samples with class `order[c]` now called c. */
export function relabelled(neuron: NeuronLevels, order: readonly number[]): NeuronLevels {
  return evidenceOfLevels(tableOf(neuron).map((row) => order.map((label) => row[label]!)));
}

/** A size and a part of it, with the extremes (no ones, all ones) far more often than by chance. */
function classCounts(size: fc.Arbitrary<number>): fc.Arbitrary<readonly [number, number]> {
  return size.chain((samples) =>
    fc.oneof(fc.constantFrom(0, samples), fc.integer({ min: 0, max: samples })).map((ones) => [ones, samples] as const),
  );
}

/** Any neuron over 2 to 12 classes of up to 5,000 samples, each class with at least one. */
export const anyEvidence: fc.Arbitrary<NeuronLevels> = fc
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
export const variedEvidence = anyEvidence.filter((neuron) => Math.min(...totalsOf(neuron)) > 0);

/** Any neuron of 3 to 16 levels over 2 to 6 classes, each class with at least one sample. */
export const anyLevels: fc.Arbitrary<NeuronLevels> = fc
  .tuple(fc.integer({ min: 3, max: 16 }), fc.integer({ min: 2, max: 6 }))
  .chain(([levels, classes]) => {
    const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }));
    const row = fc.array(count, { minLength: classes, maxLength: classes });
    return fc.array(row, { minLength: levels, maxLength: levels });
  })
  .filter((table) => table[0]!.every((_, label) => table.some((row) => row[label]! > 0)))
  .map(evidenceOfLevels);
