/** Permutations of labels, all of them or drawn: what null levels are checked against. */
import { RandomSequence, streams } from "../../src/core/random.ts";

const labelsOf = (classSizes: readonly number[]) =>
  classSizes.flatMap((size, label) => new Array<number>(size).fill(label));

/** [classes] of every choice of `ones` of the samples; each choice is one permutation's ones by class. */
export function everyDivision(classSizes: readonly number[], ones: number): number[][] {
  const labels = labelsOf(classSizes);
  const found: number[][] = [];
  const choose = (from: number, left: number, counts: number[]) => {
    if (left === 0) return void found.push([...counts]);
    for (let sample = from; sample <= labels.length - left; sample++) {
      counts[labels[sample]!]!++;
      choose(sample + 1, left - 1, counts);
      counts[labels[sample]!]!--;
    }
  };
  choose(0, ones, new Array(classSizes.length).fill(0));
  return found;
}

/** [draws][classes]: ones by class of seeded random permutations. */
export function drawnDivisions(classSizes: readonly number[], ones: number, draws: number): number[][] {
  const labels = Uint16Array.from(labelsOf(classSizes));
  const sequence = new RandomSequence(7, ones, streams.resampling);
  return Array.from({ length: draws }, () => {
    const counts = new Array<number>(classSizes.length).fill(0);
    for (let taken = 0; taken < ones; taken++) {
      const other = taken + sequence.nextBelow(labels.length - taken);
      [labels[taken], labels[other]] = [labels[other]!, labels[taken]!];
      counts[labels[taken]!]!++;
    }
    return counts;
  });
}

/** [permutations][levels][classes] of every assignment of labels to samples whose levels are given, repeats included. */
export function everyTable(levels: readonly number[], classSizes: readonly number[]): number[][][] {
  const found: number[][][] = [];
  const levelOf = levels.flatMap((size, level) => new Array<number>(size).fill(level));
  const left = [...classSizes];
  const table = levels.map(() => classSizes.map(() => 0));
  const assign = (sample: number) => {
    if (sample === levelOf.length) return void found.push(table.map((row) => [...row]));
    const row = table[levelOf[sample]!]!;
    for (const label of left.keys()) {
      if (left[label] === 0) continue;
      left[label]!--;
      row[label]!++;
      assign(sample + 1);
      left[label]!++;
      row[label]!--;
    }
  };
  assign(0);
  return found;
}

/** [draws][levels][classes] of seeded random permutations. */
export function drawnTables(levels: readonly number[], classSizes: readonly number[], draws: number): number[][][] {
  const labels = labelsOf(classSizes);
  const sequence = new RandomSequence(7, levels.length, streams.resampling);
  return Array.from({ length: draws }, () => {
    const order = sequence.permutation(labels.length);
    let first = 0;
    return levels.map((size) => {
      const row = classSizes.map(() => 0);
      for (const sample of order.subarray(first, first + size)) row[labels[sample]!]!++;
      first += size;
      return row;
    });
  });
}
