/** One row per hidden neuron of one network: counts and the measures derived from them, as columns. */
import { countsOf, type LevelCounts } from "./evidence.ts";
import type { FoundSequences } from "./sequences.ts";

export interface NeuronTable {
  readonly repeat: number;
  readonly rows: number;
  /** 0 where the counts are not known and so is their number. */
  readonly classes: number;
  /** `[rows]`: hidden layer, from 1. */
  readonly layer: Uint32Array;
  /** `[rows]`: index within the layer, from 0. */
  readonly neuron: Uint32Array;
  /** Samples that were counted (the validation set). */
  readonly samples: number;
  /** `[classes]`: samples of each class; absent where a file of bits was read, which does not tell. */
  readonly samplesPerClass?: Uint32Array;
  /** Of all rows; absent where their file is. */
  readonly levels?: LevelCounts;
  /** `[rows]`: the class that maximises D(P_{T|y} || P_T); the lowest such class. */
  readonly preferredClass: Uint32Array;
  /** `[rows]`: mean unquantised activation. */
  readonly meanActivation: Float32Array;
  /** Measure id (file form, for example `mutual_information`) to [rows] values in the unit of the measure. */
  readonly measures: Readonly<Record<string, Float64Array>>;
  /** Of those measures that were sampled: id to [rows] standard errors, in the unit of the measure. Absent where none was. */
  readonly standardErrors?: Readonly<Record<string, Float64Array>>;
  /** Orders of removal that were searched for; absent where none was, and in files, which hold them as orders. */
  readonly sequences?: FoundSequences;
}

/** Whether outputs were reduced to one bit, whose counts are there. */
export function hasBits({ levels }: NeuronTable): boolean {
  return levels?.levels === 2;
}

/** `[levels]`: samples of all classes; undefined where they are not known. */
export function levelTotals({ levels, classes, samples }: NeuronTable, row: number): number[] | undefined {
  if (levels === undefined) return undefined;
  const own = countsOf(levels, classes, row);
  const upper = Array.from({ length: levels.levels - 1 }, (_, level) =>
    own.subarray(level * classes, (level + 1) * classes).reduce((sum, count) => sum + count, 0),
  );
  return [samples - upper.reduce((sum, count) => sum + count, 0), ...upper];
}

/** `[classes]`: samples for which a neuron's bit is 1. */
export function onesPerClass({ levels, classes }: NeuronTable, row: number): Uint32Array {
  return countsOf(levels!, classes, row);
}

/** Samples for which a neuron's bit is 1. */
export function onesOf(table: NeuronTable, row: number): number {
  return onesPerClass(table, row).reduce((sum, count) => sum + count, 0);
}

/** Whether the quantised output is known to be the same for all samples. */
export function isConstant(table: NeuronTable, row: number): boolean {
  return levelTotals(table, row)?.some((total) => total === table.samples) ?? false;
}
