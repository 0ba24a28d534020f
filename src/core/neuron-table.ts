/** One row per hidden neuron of one network: counts and the measures derived from them, as columns. */
import type { LevelCounts } from "./neuron-counts.ts";

export interface NeuronTable {
  readonly repeat: number;
  readonly rows: number;
  readonly classes: number;
  /** `[rows]`: hidden layer, from 1. */
  readonly layer: Uint32Array;
  /** `[rows]`: index within the layer, from 0. */
  readonly neuron: Uint32Array;
  /** Samples that were counted (the validation set). */
  readonly samples: number;
  /** `[rows]`: samples for which the bit is 1. Empty where there are histograms: then there is no bit. */
  readonly ones: Uint32Array;
  /** [rows, classes]. Empty where there are histograms. */
  readonly onesPerClass: Uint32Array;
  /** Of all rows, where outputs are divided into more than two levels. */
  readonly histograms?: LevelCounts;
  /** `[rows]`: the class that maximises D(P_{T|y} || P_T); the lowest such class. */
  readonly preferredClass: Uint32Array;
  /** `[rows]`: mean unquantised activation. */
  readonly meanActivation: Float32Array;
  /** Measure id (file form, for example `mutual_information`) to [rows] values in bits. */
  readonly measures: Readonly<Record<string, Float64Array>>;
}

/** `[levels, classes]`: one row of the histograms. */
export function histogramOf({ levels, counts }: LevelCounts, classes: number, row: number): Uint32Array {
  return counts.subarray(row * levels * classes, (row + 1) * levels * classes);
}

/** Whether outputs were reduced to one bit, whose counts are there. */
export function hasBits({ ones, rows }: NeuronTable): boolean {
  return ones.length === rows;
}

/** Whether the quantised output is known to be the same for all samples. */
export function isConstant({ histograms, classes, ones, samples }: NeuronTable, row: number): boolean {
  if (histograms === undefined) return ones[row] === 0 || ones[row] === samples;
  const counts = histogramOf(histograms, classes, row);
  const first = Math.floor(counts.findIndex((count) => count > 0) / classes);
  return counts.every((count, cell) => count === 0 || Math.floor(cell / classes) === first);
}
