/** What a measure is: a number for one neuron, from its counts and, for measures yet to come, its place in the network. */
import type { Network } from "../core/network.ts";

export interface NeuronEvidence {
  /** Samples counted. */
  readonly samples: number;
  /** Of the quantised output T: 2 for a bit. */
  readonly levels: number;
  /** `[levels, classes]`: samples of the class with T in the level; of a bit first the zeros, then the ones. */
  readonly countsPerLevel: ArrayLike<number>;
  /** `[classes]`: samples of each class. */
  readonly samplesPerClass: ArrayLike<number>;
  /** Mean unquantised activation. */
  readonly meanActivation: number;
  readonly network: Network;
  /** Hidden layer, from 1. */
  readonly layer: number;
  /** Index within the layer, from 0. */
  readonly neuron: number;
}

/** A neuron's counts alone. */
export type LevelEvidence = Pick<NeuronEvidence, "samples" | "levels" | "countsPerLevel" | "samplesPerClass">;

/** `[levels]`: samples of one class. */
export function levelsOfClass({ levels, countsPerLevel, samplesPerClass }: LevelEvidence, label: number): number[] {
  return Array.from({ length: levels }, (_, level) => countsPerLevel[level * samplesPerClass.length + label]!);
}

/** `[levels]`: samples of all classes. */
export function levelTotals({ levels, countsPerLevel, samplesPerClass }: LevelEvidence): number[] {
  const classes = samplesPerClass.length;
  return Array.from({ length: levels }, (_, level) => {
    let total = 0;
    for (let label = 0; label < classes; label++) total += countsPerLevel[level * classes + label]!;
    return total;
  });
}

/** Counts of a bit. */
export function countsOfBit(onesPerClass: ArrayLike<number>, samplesPerClass: ArrayLike<number>): Uint32Array {
  const zeros = Array.from(samplesPerClass, (size, label) => size - onesPerClass[label]!);
  return Uint32Array.from([...zeros, ...Array.from(onesPerClass)]);
}

export interface Measure {
  /** Name on the command line: `mutual-information`. */
  readonly name: string;
  /** Name in files and columns: `mutual_information`. */
  readonly id: string;
  /** Name in tables and figures. */
  readonly title: string;
  /** What it says of a neuron, in a sentence for somebody who has not met it; begins in lower case. */
  readonly meaning: string;
  /** Bits; finite, and 0 for a neuron whose quantised output is constant. */
  evaluate(evidence: NeuronEvidence): number;
}
