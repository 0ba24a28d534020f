/**
 * Permutation tests of means, two-sided: exact while all rearrangements can be counted, else by seeded draws with
 * p = (b + 1) / (B + 1), so that p is never 0 (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010).
 */
import { greatest, smallest } from "../../core/long-arrays.ts";
import { RandomSequence, streams } from "../../core/random.ts";

/** Up to this many pairs all 2^n changes of sign are counted, by symmetry in half as many sums. */
export const EXACT_PAIRS = 20;
/** Up to this many divisions into groups all are counted. */
const EXACT_DIVISIONS = 200_000;
export const DRAWS = 19_999;

const SEED = 0;
/** Instances of the stream of resampling; the bootstrap's is 0. */
const instances = { signs: 1, divisions: 2 } as const;

/** Sums of n terms of total size `magnitude`, added in any order, are equal if they differ by no more than this. */
function roundingOf(terms: number, magnitude: number): number {
  return terms * Number.EPSILON * magnitude;
}

const magnitudeOf = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0);

/** Share of all changes of sign that give a sum at least as far from 0. The first sign is kept: both are alike. */
function exactSignFlip(differences: ArrayLike<number>, threshold: number): number {
  let sums = Float64Array.of(differences[0]!);
  for (let pair = 1; pair < differences.length; pair++) {
    const next = new Float64Array(2 * sums.length);
    for (const [index, sum] of sums.entries()) {
      next[2 * index] = sum + differences[pair]!;
      next[2 * index + 1] = sum - differences[pair]!;
    }
    sums = next;
  }
  return sums.reduce((count, sum) => count + (Math.abs(sum) >= threshold ? 1 : 0), 0) / sums.length;
}

function drawnSignFlip(differences: ArrayLike<number>, threshold: number): number {
  const sequence = new RandomSequence(SEED, differences.length, streams.resampling, instances.signs);
  let extreme = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let [sum, bits] = [0, 0];
    for (let pair = 0; pair < differences.length; pair++) {
      if (pair % 32 === 0) bits = sequence.nextUint32();
      sum += bits & 1 ? differences[pair]! : -differences[pair]!;
      bits >>>= 1;
    }
    if (Math.abs(sum) >= threshold) extreme++;
  }
  return (extreme + 1) / (DRAWS + 1);
}

/**
 * Paired test: p that the mean of the differences is this far from 0 if each could as well have had the other sign.
 * @param differences [pairs], at least one
 */
export function signFlipTest(differences: ArrayLike<number>): number {
  const pairs = differences.length;
  const sum = Array.from(differences).reduce((total, difference) => total + difference, 0);
  const threshold = Math.abs(sum) - roundingOf(pairs, magnitudeOf(differences));
  return pairs <= EXACT_PAIRS ? exactSignFlip(differences, threshold) : drawnSignFlip(differences, threshold);
}

/** The smallest p that `signFlipTest` can give: 2 of all changes of sign, or no draw. */
export function smallestSignFlipP(pairs: number): number {
  return pairs <= EXACT_PAIRS ? 2 / 2 ** pairs : 1 / (DRAWS + 1);
}

/** Number of ways to divide items into groups of these sizes. */
function divisionsOf(sizes: readonly number[]): number {
  let [divisions, items] = [1, 0];
  for (const size of sizes) {
    for (let member = 1; member <= size; member++) divisions = (divisions * ++items) / member;
  }
  return Math.round(divisions);
}

/** Largest minus smallest mean. */
function rangeOfMeans(sums: ArrayLike<number>, sizes: readonly number[]): number {
  const means = sizes.map((size, group) => sums[group]! / size);
  return greatest(means) - smallest(means);
}

/** Calls `visit` with the groups' sums for every division of `values` into groups of `sizes`. */
function everyDivision(values: readonly number[], sizes: readonly number[], visit: (sums: Float64Array) => void): void {
  const left = [...sizes];
  const sums = new Float64Array(sizes.length);
  const place = (item: number) => {
    if (item === values.length) return visit(sums);
    for (let group = 0; group < left.length; group++) {
      if (left[group] === 0) continue;
      const before = sums[group]!;
      left[group]!--;
      sums[group] = before + values[item]!;
      place(item + 1);
      sums[group] = before;
      left[group]!++;
    }
  };
  place(0);
}

function drawnDivisions(
  values: readonly number[],
  sizes: readonly number[],
  visit: (sums: Float64Array) => void,
): void {
  const sequence = new RandomSequence(SEED, values.length, streams.resampling, instances.divisions);
  const groups = sizes.flatMap((size, group) => new Array<number>(size).fill(group));
  for (let draw = 0; draw < DRAWS; draw++) {
    const sums = new Float64Array(sizes.length);
    for (const [place, item] of sequence.permutation(values.length).entries()) sums[groups[place]!]! += values[item]!;
    visit(sums);
  }
}

/**
 * Unpaired test: p that the groups' means lie this far apart (largest minus smallest) if values were given to groups of
 * these sizes at random.
 * @param groups at least two, none empty
 */
export function labelPermutationTest(groups: readonly ArrayLike<number>[]): number {
  const values = groups.flatMap((group) => Array.from(group));
  const sizes = groups.map(({ length }) => length);
  const sums = groups.map((group) => Array.from(group).reduce((sum, value) => sum + value, 0));
  const threshold = rangeOfMeans(sums, sizes) - 2 * roundingOf(values.length, magnitudeOf(values));
  let [extreme, visited] = [0, 0];
  const visit = (rearranged: Float64Array) => {
    visited++;
    if (rangeOfMeans(rearranged, sizes) >= threshold) extreme++;
  };
  if (divisionsOf(sizes) <= EXACT_DIVISIONS) {
    everyDivision(values, sizes, visit);
    return extreme / visited;
  }
  drawnDivisions(values, sizes, visit);
  return (extreme + 1) / (visited + 1);
}

/** The smallest p that `labelPermutationTest` can give: groups of equal size can change places. */
export function smallestLabelPermutationP(sizes: readonly number[]): number {
  const divisions = divisionsOf(sizes);
  if (divisions > EXACT_DIVISIONS) return 1 / (DRAWS + 1);
  const factorial = (count: number): number => (count < 2 ? 1 : count * factorial(count - 1));
  const alike = [...new Set(sizes)].map((size) => sizes.filter((other) => other === size).length);
  return alike.reduce((exchanges, groups) => exchanges * factorial(groups), 1) / divisions;
}
