/**
 * Mutual information of a bit with labels that are permuted: what chance gives. With k ones among N samples and classes of
 * n_y samples, the ones K_y of a class are hypergeometric, and I = sum_y n_y / N d2(K_y / n_y || k / N).
 */
import { wholePower } from "../core/elementary.ts";
import { chiSquareLevel } from "./chi-square.ts";
import { hypergeometric } from "./hypergeometric.ts";
import { binaryDivergence } from "./information.ts";

/** The mean of I over all permutations, exact but for rounding, bits. */
export function permutedInformationMean(ones: number, classSizes: readonly number[], samples: number): number {
  let bits = 0;
  for (const size of classSizes) {
    const { first, probabilities } = hypergeometric(size, ones, samples);
    for (const [index, probability] of probabilities.entries()) {
      bits += (size / samples) * probability * binaryDivergence(first + index, size, ones, samples);
    }
  }
  return bits;
}

/** Chi-square wants five of each outcome in a class (Cochran 1954); here on average over classes. */
const ENOUGH_PER_CLASS = 5;
/** Cells of the grid per class. Values are rounded to a cell once per class, so a level is a hundredth of the grid off. */
const CELLS_PER_CLASS = 100;

/** What one class adds: the probability of x ones in it, and the cells by which they raise I. */
interface Outcome {
  readonly x: number;
  readonly probability: number;
  readonly step: number;
}

/**
 * Binomial with the overall share of ones: given the sum over classes, a product of these is what permutations give.
 * What is less probable than 1e-12 is left out, as the tails in question are about 1e-3.
 */
function classOutcomes(size: number, ones: number, samples: number, cell: number): Outcome[] {
  const share = ones / samples;
  const outcomes: Outcome[] = [];
  let probability = wholePower(1 - share, size);
  for (let x = 0; x <= Math.min(ones, size); x++) {
    const bits = (size / samples) * binaryDivergence(x, size, ones, samples);
    if (probability > 1e-12) outcomes.push({ x, probability, step: Math.round(bits / cell) });
    probability *= ((size - x) * share) / ((x + 1) * (1 - share));
  }
  return outcomes;
}

/** Adds `from`, moved up by `step` cells and times `probability`, to `to`; the last cell takes all beyond. */
function addMoved(to: Float64Array, from: Float64Array, { probability, step }: Outcome): void {
  const last = to.length - 1;
  for (let at = 0; at <= last; at++) to[Math.min(last, at + step)]! += probability * from[at]!;
}

/** [cells]: P(I in the cell), not normalised, class by class from the pairs (ones so far, I so far). */
function countedDistribution(
  ones: number,
  classSizes: readonly number[],
  samples: number,
  cells: number,
  cell: number,
): Float64Array {
  let reached = new Map<number, Float64Array>([[0, new Float64Array(cells + 1).fill(1, 0, 1)]]);
  for (const size of classSizes) {
    const next = new Map<number, Float64Array>();
    for (const outcome of classOutcomes(size, ones, samples, cell)) {
      for (const [used, from] of reached) {
        const sum = used + outcome.x;
        if (sum > ones) continue;
        const to = next.get(sum) ?? new Float64Array(cells + 1);
        next.set(sum, to);
        addMoved(to, from, outcome);
      }
    }
    reached = next;
  }
  return reached.get(ones)!;
}

/** The level by counting, from a grid that ends at `top` bits; never too low. */
function countedLevel(tail: number, ones: number, classSizes: readonly number[], samples: number, top: number): number {
  const cells = CELLS_PER_CLASS * classSizes.length;
  const cell = top / cells;
  const distribution = countedDistribution(ones, classSizes, samples, cells, cell);
  const allowed = tail * distribution.reduce((sum, probability) => sum + probability, 0);
  let above = 0;
  let at = cells;
  while (above + distribution[at]! <= allowed) above += distribution[at--]!;
  if (at === cells) return countedLevel(tail, ones, classSizes, samples, 2 * top);
  return (at + classSizes.length / 2) * cell;
}

/**
 * The mean of I over all permutations and the level that it exceeds in a share `tail` of them, bits. Where both outcomes
 * are frequent 2 N ln 2 I is close to chi-square with C - 1 degrees of freedom, and closer when scaled to the exact mean;
 * where one is rare the permutations are counted.
 * @param classSizes of the classes that have samples
 */
export function permutedInformation(
  tail: number,
  ones: number,
  classSizes: readonly number[],
): { readonly mean: number; readonly level: number } {
  const samples = classSizes.reduce((sum, size) => sum + size, 0);
  const rare = Math.min(ones, samples - ones);
  const degrees = classSizes.length - 1;
  if (rare === 0 || degrees === 0) return { mean: 0, level: 0 };
  const mean = permutedInformationMean(rare, classSizes, samples);
  const level = (mean / degrees) * chiSquareLevel(tail, degrees);
  if (rare >= ENOUGH_PER_CLASS * classSizes.length) return { mean, level };
  return { mean, level: countedLevel(tail, rare, classSizes, samples, 1.1 * level) };
}
