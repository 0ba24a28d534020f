/**
 * Two neurons' bits and the class: a table of 2 x 2 x C counts. What the two know together is what one neuron of four levels
 * would know, so functions of levels by classes serve pairs, too.
 */
import { divergencesOfClasses } from "../measures/kl-selectivity.ts";
import { informationOf } from "../measures/mutual-information.ts";
import { type LevelTable, type NeuronLevels, neuronLevels } from "../measures/neuron-levels.ts";

/** A neuron's bit. */
export interface BitCounts {
  /** Samples counted. */
  readonly samples: number;
  /** `[classes]` */
  readonly samplesPerClass: ArrayLike<number>;
  /** `[classes]`: samples for which it is 1. */
  readonly ones: ArrayLike<number>;
}

/** And what it knows alone. */
export interface Bit extends BitCounts {
  /** `[classes]`: D(P_{T|y} || P_T), bits: the specific information I(T;Y = y) of DeWeese and Meister (1999). */
  readonly divergences: readonly number[];
  /** I(T;Y), bits. */
  readonly information: number;
}

/** @param neuron of two levels */
export function bitOf(neuron: NeuronLevels): Bit {
  const { samples, samplesPerClass, countsPerLevel } = neuron;
  return {
    samples,
    samplesPerClass,
    ones: countsPerLevel.subarray(samplesPerClass.length),
    divergences: divergencesOfClasses(neuron),
    information: informationOf(neuron),
  };
}

/** `[units]` @param ones `[units, classes]`: samples for which each bit is 1 */
export function bitsOfLayer(ones: Uint32Array, samplesPerClass: Uint32Array): Bit[] {
  const units = ones.length / samplesPerClass.length;
  return Array.from({ length: units }, (_, unit) =>
    bitOf(neuronLevels({ levels: 2, counts: ones }, unit, samplesPerClass)),
  );
}

/** Information of two bits T_i and T_j, bits. */
export interface Pair {
  readonly first: Bit;
  readonly second: Bit;
  /** `[classes]`: samples for which both are 1. */
  readonly both: ArrayLike<number>;
  /** I(T_i T_j;Y). */
  readonly jointInformation: number;
}

/** Of two bits: 00, 01, 10, 11, so that a constant neuron leaves the levels of the other in their order. */
const JOINT_LEVELS = 4;

/**
 * The pair as one neuron of four levels.
 * @param both `[classes]`: samples for which both are 1; a fraction where they are not counted but thought of
 */
export function jointLevels(
  { samples, samplesPerClass, ones }: BitCounts,
  second: Pick<BitCounts, "ones">,
  both: ArrayLike<number>,
) {
  const classes = samplesPerClass.length;
  const countsPerLevel = new Float64Array(JOINT_LEVELS * classes);
  for (let label = 0; label < classes; label++) {
    const [size, own, other, common] = [samplesPerClass[label]!, ones[label]!, second.ones[label]!, both[label]!];
    countsPerLevel[label] = size - own - other + common;
    countsPerLevel[classes + label] = other - common;
    countsPerLevel[2 * classes + label] = own - common;
    countsPerLevel[3 * classes + label] = common;
  }
  return { samples, samplesPerClass, levels: JOINT_LEVELS, countsPerLevel } satisfies LevelTable;
}

export function pairOf(first: Bit, second: Bit, both: ArrayLike<number>): Pair {
  return { first, second, both, jointInformation: informationOf(jointLevels(first, second, both)) };
}

const sumOf = (counts: ArrayLike<number>) => {
  let sum = 0;
  for (let index = 0; index < counts.length; index++) sum += counts[index]!;
  return sum;
};

/** I(T_i;T_j), bits, whatever the class: the second bit takes the place of the class. */
export function betweenInformation({ first, second, both }: Pair): number {
  const { samples } = first;
  const [own, other, common] = [sumOf(first.ones), sumOf(second.ones), sumOf(both)];
  return informationOf({
    samples,
    levels: 2,
    countsPerLevel: [samples - own - other + common, other - common, own - common, common],
    samplesPerClass: [samples - other, other],
  });
}

/** I(T_i;Y) + I(T_j;Y) - I(T_i T_j;Y), bits: redundancy less synergy. */
export function coInformation({ first, second, jointInformation }: Pair): number {
  return first.information + second.information - jointInformation;
}
