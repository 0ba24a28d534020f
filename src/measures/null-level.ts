/**
 * What chance gives: values of a measure when the labels are permuted, which keeps the number of ones. A neuron above the
 * 99.9 % level of its own number of ones knows something of the classes. Entropy does not depend on labels.
 */
import { type Hypergeometric, hypergeometric } from "./hypergeometric.ts";
import { binaryDivergence } from "./information.ts";
import { klSelectivity } from "./kl-selectivity.ts";
import { mutualInformation } from "./mutual-information.ts";
import { permutedInformation } from "./permuted-information.ts";

/** Share of the permutations that may exceed the level. */
const TAIL = 0.001;

export interface NullLevel {
  /** Bits; at least 99.9 % of the permutations do not exceed it. */
  readonly level: number;
  /** Mean over all permutations, bits; absent where it is not known. */
  readonly mean?: number;
}

/** For neurons whose bit is 1 for `ones` samples. */
export type NullLevelOf = (ones: number) => NullLevel;

/** Outcomes at the ends of one class's distribution, which together are less probable than this, are only added up. */
const BEYOND = 1e-7;

interface TailOutcome {
  readonly probability: number;
  readonly bits: number;
}

/** From one end of a class's distribution inwards until TAIL is passed: outcomes, and the probability of those beyond. */
function classTail(size: number, ones: number, samples: number, { first, probabilities }: Hypergeometric, end: 1 | -1) {
  const outcomes: TailOutcome[] = [];
  let [beyond, sum] = [0, 0];
  for (let place = end === 1 ? probabilities.length - 1 : 0; sum <= TAIL && place in probabilities; place -= end) {
    const probability = probabilities[place]!;
    sum += probability;
    if (sum < BEYOND) beyond = sum;
    else outcomes.push({ probability, bits: binaryDivergence(first + place, size, ones, samples) });
  }
  return { beyond, outcomes };
}

/**
 * The smallest x with sum_y P(d2(K_y / n_y || k / N) > x) <= TAIL: by the union bound the maximum over classes exceeds it
 * no more often. Values are computed as the measure's are, so that a neuron that ties with the level does not exceed it.
 */
function klLevel(ones: number, classSizes: readonly number[]): NullLevel {
  const samples = classSizes.reduce((sum, size) => sum + size, 0);
  const tails = classSizes.flatMap((size) => {
    const counts = hypergeometric(size, ones, samples);
    return ([1, -1] as const).map((end) => classTail(size, ones, samples, counts, end));
  });
  const outcomes = tails.flatMap((tail) => tail.outcomes).sort((a, b) => b.bits - a.bits);
  let above = tails.reduce((sum, { beyond }) => sum + beyond, 0);
  for (const { bits, probability } of outcomes) {
    above += probability;
    if (above > TAIL) return { level: bits };
  }
  return { level: 0 };
}

/** Once for each number of the rarer outcome: turning the bit over changes no value. */
function remembered(classSizes: readonly number[], compute: NullLevelOf): NullLevelOf {
  const samples = classSizes.reduce((sum, size) => sum + size, 0);
  const known = new Map<number, NullLevel>();
  return (ones) => {
    const rare = Math.min(ones, samples - ones);
    const result = known.get(rare) ?? compute(rare);
    known.set(rare, result);
    return result;
  };
}

const present = (samplesPerClass: readonly number[]) => samplesPerClass.filter((size) => size > 0);

/** By measure id: from [classes], the samples of each class, to the levels. */
export const nullLevels: Readonly<Record<string, (samplesPerClass: readonly number[]) => NullLevelOf>> = {
  [mutualInformation.id]: (samplesPerClass) => {
    const sizes = present(samplesPerClass);
    return remembered(sizes, (ones) => permutedInformation(TAIL, ones, sizes));
  },
  [klSelectivity.id]: (samplesPerClass) => {
    const sizes = present(samplesPerClass);
    return remembered(sizes, (ones) => klLevel(ones, sizes));
  },
};
