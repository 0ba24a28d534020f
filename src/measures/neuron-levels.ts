/** One neuron's counts by level and class, out of those of its layer. */
import { countsOf, type LayerEvidence, type LevelCounts } from "../core/evidence.ts";
import type { NeuronTable } from "../core/neuron-table.ts";

/** A table of levels by classes: counts of samples, or what counts would be on average. */
export interface LevelTable {
  /** Samples counted. */
  readonly samples: number;
  /** Of the quantised output T: 2 for a bit. */
  readonly levels: number;
  /** `[levels, classes]`: samples of the class with T in the level; of a bit first the zeros, then the ones. */
  readonly countsPerLevel: ArrayLike<number>;
  /** `[classes]`: samples of each class. */
  readonly samplesPerClass: ArrayLike<number>;
}

export interface NeuronLevels extends LevelTable {
  readonly countsPerLevel: Uint32Array;
}

/** `[levels]`: samples of one class. */
export function levelsOfClass({ levels, countsPerLevel, samplesPerClass }: LevelTable, label: number): number[] {
  return Array.from({ length: levels }, (_, level) => countsPerLevel[level * samplesPerClass.length + label]!);
}

/** `[levels]`: samples of all classes. */
export function totalsOf({ levels, countsPerLevel, samplesPerClass }: LevelTable): number[] {
  const classes = samplesPerClass.length;
  return Array.from({ length: levels }, (_, level) => {
    let total = 0;
    for (let label = 0; label < classes; label++) total += countsPerLevel[level * classes + label]!;
    return total;
  });
}

/** Adds the lowest level, which holds the rest of each class. */
export function neuronLevels(levels: LevelCounts, unit: number, samplesPerClass: ArrayLike<number>): NeuronLevels {
  const classes = samplesPerClass.length;
  const upper = countsOf(levels, classes, unit);
  const counts = new Uint32Array(levels.levels * classes);
  counts.set(upper, classes);
  let samples = 0;
  for (let label = 0; label < classes; label++) {
    let rest = samplesPerClass[label]!;
    samples += rest;
    for (let cell = label; cell < upper.length; cell += classes) rest -= upper[cell]!;
    counts[label] = rest;
  }
  return { samples, levels: levels.levels, countsPerLevel: counts, samplesPerClass };
}

/** `[units]`: a value for each neuron from its own counts. */
export function perNeuron(
  { levels, units, samplesPerClass }: LayerEvidence<"levels">,
  value: (neuron: NeuronLevels) => number,
): Float64Array {
  return Float64Array.from({ length: units }, (_, unit) => value(neuronLevels(levels, unit, samplesPerClass)));
}

/**
 * The layers of a table whose counts are there.
 * @param samplesPerClass where the table does not hold them
 * @returns undefined where the counts or the sizes of classes are not known
 */
export function layersOfTable(
  table: NeuronTable,
  samplesPerClass: ArrayLike<number> | undefined = table.samplesPerClass,
): LayerEvidence<"levels">[] | undefined {
  const { classes, levels, layer, meanActivation, samples } = table;
  if (levels === undefined || samplesPerClass === undefined) return undefined;
  const upper = levels.levels - 1;
  return [...new Set(layer)].map((number) => {
    const [first, end] = [layer.indexOf(number), layer.lastIndexOf(number) + 1];
    const own: LevelCounts = {
      levels: levels.levels,
      ...(levels.edges && { edges: levels.edges.subarray(first * upper, end * upper) }),
      counts: levels.counts.subarray(first * upper * classes, end * upper * classes),
    };
    const facts = { layer: number, units: end - first, samplesPerClass, samples };
    return { ...facts, meanActivation: meanActivation.subarray(first, end), levels: own };
  });
}

/** The same with all classes in one, which is always known: for measures that ignore labels. */
export function pooledLayersOf(table: NeuronTable): LayerEvidence<"levels">[] | undefined {
  const { levels, classes, samples } = table;
  if (levels === undefined) return undefined;
  const counts = new Uint32Array(levels.counts.length / Math.max(1, classes));
  for (const [cell, count] of levels.counts.entries()) counts[Math.floor(cell / classes)]! += count;
  return layersOfTable({ ...table, classes: 1, levels: { ...levels, counts } }, [samples]);
}
