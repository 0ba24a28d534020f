/**
 * What chance gives: values of a measure when the labels are permuted, which keeps the samples of each level. A neuron above
 * the 99.9 % level of its own levels knows something of the classes. Entropy does not depend on labels.
 */
import { type Hypergeometric, hypergeometric } from "./hypergeometric.ts";
import { binaryDivergence } from "./information.ts";
import { permutedInformation } from "./permuted-information.ts";
import { permutedLevels, permutedLevelsMean } from "./permuted-levels.ts";

/** Share of the permutations that may exceed the level. */
const TAIL = 0.001;

export interface NullLevel {
  /** Bits; at least 99.9 % of the permutations do not exceed it. */
  readonly level: number;
  /** Mean over all permutations, bits; absent where it is not known. */
  readonly mean?: number;
}

/** What permuted labels give a neuron; measures take their part. */
export interface NullLevels {
  readonly information: NullLevel;
  readonly selectivity: NullLevel;
}

/** For neurons with so many samples in each level: [levels], of a bit zeros and ones. */
type NullLevelsOf = (levels: readonly number[]) => NullLevels;

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

/** Of a bit: by counting or chi-square, and by the union bound. */
function ofBit(rare: number, classSizes: readonly number[]): NullLevels {
  return {
    information: permutedInformation(TAIL, rare, classSizes),
    selectivity: klLevel(rare, classSizes),
  };
}

/** Of neurons of more levels, which share their permutations. */
function ofLevels(neurons: readonly (readonly number[])[], classSizes: readonly number[]): NullLevels[] {
  const cells = new Map<number, number>();
  return permutedLevels(TAIL, neurons, classSizes).map(({ information, selectivity }, index) => ({
    information: { mean: permutedLevelsMean(neurons[index]!, classSizes, cells), level: information },
    selectivity: { level: selectivity },
  }));
}

const isBit = (levels: readonly number[]) => levels.length <= 2;

/** The order of levels, and levels without samples, change no value. */
const occupied = (levels: readonly number[]) => levels.filter((count) => count > 0).sort((a, b) => a - b);

/** By the sizes of levels: once for all neurons that have the same. */
function levelsBySize(neurons: readonly (readonly number[])[], classSizes: readonly number[]): Map<string, NullLevels> {
  const different = [...new Map(neurons.map(occupied).map((levels) => [levels.join(), levels])).values()];
  const [bits, others] = [different.filter(isBit), different.filter((levels) => !isBit(levels))];
  const ofOthers = ofLevels(others, classSizes);
  return new Map([
    ...bits.map((levels) => [levels.join(), ofBit(levels.length === 2 ? levels[0]! : 0, classSizes)] as const),
    ...others.map((levels, index) => [levels.join(), ofOthers[index]!] as const),
  ]);
}

/**
 * Levels are computed when the first is asked for, of all neurons together.
 * @param neurons per neuron: [levels], its samples in each level, of a bit zeros and ones
 * @param samplesPerClass [classes]; those without samples do not count
 * @returns to be asked about these neurons
 */
export function createNullLevels(
  neurons: readonly (readonly number[])[],
  samplesPerClass: readonly number[],
): NullLevelsOf {
  let known: Map<string, NullLevels> | undefined;
  return (levels) => {
    known ??= levelsBySize(
      neurons,
      samplesPerClass.filter((size) => size > 0),
    );
    return known.get(occupied(levels).join())!;
  };
}
