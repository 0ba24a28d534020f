/**
 * What neurons of more than two levels show when the labels are permuted. The mean of mutual information is exact: a cell of
 * the table is hypergeometric, and the mean of a sum needs no more (Vinh, Epps and Bailey, JMLR 11, 2010). High values
 * are those of seeded permutations: a neuron that is one itself exceeds the k-th largest of R with probability k / (R + 1)
 * at most, whatever R is (Barnard 1963), which no approximation holds where cells have few samples.
 */
import { log2 } from "../core/elementary.ts";
import { RandomSequence, streams } from "../core/random.ts";
import { hypergeometric } from "./hypergeometric.ts";
import { entropyTerm } from "./information.ts";

/** Means of cells by the samples of their level and class; of one set of classes. */
type CellMeans = Map<number, number>;

/** Mean of x / N log (N x / (level size)) over the samples x of a class of `size` in a level, bits. */
function cellMean(level: number, size: number, samples: number): number {
  const { first, probabilities } = hypergeometric(size, level, samples);
  return probabilities.reduce((bits, probability, index) => {
    const x = first + index;
    return x === 0 ? bits : bits + probability * (x / samples) * log2((x * samples) / (level * size));
  }, 0);
}

/**
 * The mean of I over all permutations, exact but for rounding, bits.
 * @param levels samples in each level that has any
 * @param known is filled with the cells that are met
 */
export function permutedLevelsMean(
  levels: readonly number[],
  classSizes: readonly number[],
  known: CellMeans = new Map(),
): number {
  const samples = classSizes.reduce((sum, size) => sum + size, 0);
  let bits = 0;
  for (const level of levels) {
    for (const size of classSizes) {
      const cell = level * (samples + 1) + size;
      const mean = known.get(cell) ?? cellMean(level, size, samples);
      known.set(cell, mean);
      bits += mean;
    }
  }
  return bits;
}

/** Labels of all permutations together; what a study of 2,000 samples then takes is in docs/measures.md. */
const LABELS = 4e6;
/** Of a thousand values less one the largest is a level that 0.1 % exceed; more than ten thousand would add little. */
const MOST_RANK = 10;

/** How many permutations there are, and which value of them, from the largest, is the level. */
interface Permutations {
  readonly draws: number;
  /** rank / (draws + 1) is the tail: the more, the steadier is the level. */
  readonly rank: number;
}

/** @param tail share of permutations that may exceed a level */
export function permutationsFor(tail: number, samples: number): Permutations {
  const rank = Math.min(MOST_RANK, Math.max(1, Math.floor((tail * LABELS) / samples)));
  return { draws: Math.round(rank / tail) - 1, rank };
}

/** [samples + 1, classes]: how many of the first samples have each label, for one random order of the labels after another. */
export function* permutedCounts(classSizes: readonly number[], draws: number): Generator<Uint32Array> {
  const order = Uint16Array.from(classSizes.flatMap((size, label) => new Array<number>(size).fill(label)));
  const random = new RandomSequence(0, 0, streams.permutedLabels);
  const classes = classSizes.length;
  const counts = new Uint32Array((order.length + 1) * classes);
  for (let draw = 0; draw < draws; draw++) {
    for (let last = order.length - 1; last > 0; last--) {
      const other = random.nextBelow(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    for (const [sample, label] of order.entries()) {
      const next = (sample + 1) * classes;
      counts.copyWithin(next, next - classes, next);
      counts[next + label]!++;
    }
    yield counts;
  }
}

/** The largest of many values. */
class Largest {
  /** Ascending. */
  readonly #kept: Float64Array;

  constructor(rank: number) {
    this.#kept = new Float64Array(rank);
  }

  take(value: number): void {
    const kept = this.#kept;
    let place = 0;
    for (; place < kept.length && value > kept[place]!; place++) if (place > 0) kept[place - 1] = kept[place]!;
    if (place > 0) kept[place - 1] = value;
  }

  /** The least of those kept. */
  get level(): number {
    return this.#kept[0]!;
  }
}

/** n log n, bits, of n = 0, 1, ..., samples. */
const entropyTerms = (samples: number) => Float64Array.from({ length: samples + 1 }, (_, count) => entropyTerm(count));

/**
 * Fills `divergences` with D_y = log N - log n_y + sum_l n_ly (log n_ly - log n_l) / n_y of the classes, bits, of a neuron
 * whose samples are sorted by level.
 * @param counts [samples + 1, classes] as of permutedCounts
 */
export function divergencesInto(
  divergences: Float64Array,
  levels: readonly number[],
  classSizes: readonly number[],
  counts: Uint32Array,
  terms: Float64Array,
): void {
  const classes = classSizes.length;
  divergences.fill(0);
  let first = 0;
  for (const level of levels) {
    const end = first + level * classes;
    const all = log2(level);
    for (let label = 0; label < classes; label++) {
      const own = counts[end + label]! - counts[first + label]!;
      divergences[label]! += terms[own]! - own * all;
    }
    first = end;
  }
  const samples = terms.length - 1;
  for (let label = 0; label < classes; label++) {
    const size = classSizes[label]!;
    divergences[label] = Math.max(0, (divergences[label]! - terms[size]!) / size + log2(samples));
  }
}

/** What a share `tail` of the permutations reach, bits. */
interface PermutedLevels {
  readonly information: number;
  readonly selectivity: number;
}

/**
 * Levels of I and of KL selectivity, raised by what rounding may set a permutation apart from the same table's value as the
 * measures compute it: a sum of at most N terms a class, of at most log N bits each and as much again in their difference.
 * @param neurons per neuron: samples in each level that has any
 * @returns in the order of the neurons, which share the permutations
 */
export function permutedLevels(
  tail: number,
  neurons: readonly (readonly number[])[],
  classSizes: readonly number[],
): PermutedLevels[] {
  if (neurons.length === 0) return [];
  const samples = classSizes.reduce((sum, size) => sum + size, 0);
  const { draws, rank } = permutationsFor(tail, samples);
  const terms = entropyTerms(samples);
  const divergences = new Float64Array(classSizes.length);
  const largest = neurons.map(() => ({ information: new Largest(rank), selectivity: new Largest(rank) }));
  for (const counts of permutedCounts(classSizes, draws)) {
    for (const [index, levels] of neurons.entries()) {
      divergencesInto(divergences, levels, classSizes, counts, terms);
      let [information, selectivity] = [0, 0];
      for (const [label, size] of classSizes.entries()) {
        information += (size / samples) * divergences[label]!;
        selectivity = Math.max(selectivity, divergences[label]!);
      }
      largest[index]!.information.take(information);
      largest[index]!.selectivity.take(selectivity);
    }
  }
  const rounding = 2 * samples * log2(samples) * Number.EPSILON;
  return largest.map(({ information, selectivity }) => ({
    information: information.level + rounding,
    selectivity: selectivity.level + rounding,
  }));
}
