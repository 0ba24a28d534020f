/** The least informed joint distribution of two bits, against one that is searched for without any of its mathematics. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { broja, leastInformedBoth } from "../../src/pairs/broja.ts";
import type { Pair } from "../../src/pairs/pair.ts";
import { anyTable, type PairTable, pairOfTable, textbookInformation } from "../support/bit-pairs.ts";

const runs = { seed: 20_140_401, numRuns: 150 };
/** See decompositions.test.ts. */
const ROUNDING = 1e-12;

/** What is given: samples of the class, ones of either bit. */
const marginsOf = ({ first, second }: Pair) =>
  Array.from(first.samplesPerClass, (size, label) => [size, first.ones[label]!, second.ones[label]!] as const);

/** The least and the most samples that can be 1 in both. */
const rangesOf = (pair: Pair) =>
  marginsOf(pair).map(
    ([size, first, second]) => [Math.max(0, first + second - size), Math.min(first, second)] as const,
  );

/** I_Q, bits, with so many samples of each class for which both are 1. */
function informationAt(pair: Pair, both: ArrayLike<number>): number {
  return textbookInformation(
    marginsOf(pair).map(([size, first, second], label) => {
      const common = both[label]!;
      return [size - first - second + common, second - common, first - common, common].map((n) => Math.max(0, n));
    }),
  );
}

const BARRIERS = Array.from({ length: 13 }, (_, power) => 10 ** -power);
const STEPS = 60;

/**
 * By Newton's method behind a logarithmic barrier, which is let down until it adds less than 4 classes x 1e-12 nats: what a solver
 * of convex problems does, with no knowledge of odds ratios but the derivative.
 */
function searchedMinimum(pair: Pair): number {
  const { samples } = pair.first;
  const ranges = rangesOf(pair);
  const free = [...ranges.keys()].filter((label) => ranges[label]![0] < ranges[label]![1]);
  const cellsAt = (both: readonly number[]) =>
    marginsOf(pair).map(([size, first, second], label) => {
      const common = both[label]!;
      return [size - first - second + common, second - common, first - common, common].map((n) => n / samples);
    });
  const SIGNS = [1, -1, -1, 1];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const mixtureOf = (cells: readonly (readonly number[])[]) =>
    SIGNS.map((_, state) => sum(cells.map((own) => own[state]!)));
  const xLogX = (x: number) => (x > 0 ? x * Math.log(x) : 0);
  const heightAt = (both: readonly number[], barrier: number) => {
    const cells = cellsAt(both);
    const inside = free.flatMap((label) => cells[label]!);
    if (inside.some((x) => x <= 0)) return Number.POSITIVE_INFINITY;
    return sum(cells.flat().map(xLogX)) - sum(mixtureOf(cells).map(xLogX)) - barrier * sum(inside.map(Math.log));
  };
  let both = ranges.map(([low, high]) => (low + high) / 2);
  for (const barrier of BARRIERS) {
    for (let step = 0; step < STEPS; step++) {
      const cells = cellsAt(both);
      const mixture = mixtureOf(cells);
      const common = sum(mixture.map((x, state) => SIGNS[state]! * Math.log(x)));
      const slopes = free.map(
        (label) => sum(cells[label]!.map((x, state) => SIGNS[state]! * (Math.log(x) - barrier / x))) - common,
      );
      // The second derivatives are a diagonal less the same number everywhere: inverted by Sherman and Morrison.
      const curves = free.map((label) => sum(cells[label]!.map((x) => 1 / x + barrier / (x * x))));
      const shared = sum(mixture.map((x) => 1 / x));
      const alone = slopes.map((slope, index) => slope / curves[index]!);
      const rest = 1 - shared * sum(curves.map((curve) => 1 / curve));
      const step = alone.map((own, index) => own + (shared * sum(alone)) / rest / curves[index]!);
      const height = heightAt(both, barrier);
      const moved = (share: number) =>
        both.map((x, label) => (free.includes(label) ? x - share * samples * step[free.indexOf(label)]! : x));
      let share = 1;
      while (share > 1e-12 && !(heightAt(moved(share), barrier) < height)) share /= 2;
      if (share <= 1e-12) break;
      both = moved(share);
    }
  }
  return informationAt(pair, both);
}

function holds(check: (pair: Pair, table: PairTable) => void): void {
  fc.assert(
    fc.property(anyTable, (table) => check(pairOfTable(table), table)),
    runs,
  );
}

test("it has the given margins, and all classes that have a choice have one odds ratio", () => {
  holds((pair) => {
    const both = leastInformedBoth(pair.first, pair.second);
    for (const [label, [low, high]] of rangesOf(pair).entries()) {
      expect(both[label]!).toBeGreaterThanOrEqual(low - 1e-12 * high);
      expect(both[label]!).toBeLessThanOrEqual(high * (1 + 1e-12));
    }
    const ratios = marginsOf(pair).flatMap(([size, first, second], label) => {
      const common = both[label]!;
      const cells = [common, size - first - second + common, first - common, second - common];
      // Of cells near 0 subtraction leaves no ratio to compare.
      return Math.min(...cells) < 1e-3 ? [] : [(cells[0]! * cells[1]!) / (cells[2]! * cells[3]!)];
    });
    for (const ratio of ratios) expect(Math.abs(Math.log(ratio / ratios[0]!))).toBeLessThan(1e-9);
  });
});

test("its information is that of a search, to 1e-9", () => {
  holds((pair) => {
    const { redundancy, synergy } = broja.parts(pair);
    const least = searchedMinimum(pair);
    expect(Math.abs(pair.jointInformation - synergy - least)).toBeLessThan(1e-9);
    expect(Math.abs(pair.first.information + pair.second.information - redundancy - least)).toBeLessThan(1e-9);
  });
});

test("no joint distribution of the same margins is less informed", () => {
  fc.assert(
    fc.property(
      anyTable,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }),
      (table, shares) => {
        const pair = pairOfTable(table);
        const own = leastInformedBoth(pair.first, pair.second);
        const least = informationAt(pair, own);
        const ranges = rangesOf(pair);
        const other = ranges.map(([low, high], label) => low + shares[label]! * (high - low));
        const near = own.map((x, label) => x + 1e-3 * (other[label]! - x));
        const independent = marginsOf(pair).map(([size, first, second]) => (size === 0 ? 0 : (first * second) / size));
        for (const feasible of [
          other,
          near,
          independent,
          table.map(([, , , both]) => both),
          ...[0, 1].map((end) => ranges.map((range) => range[end]!)),
        ]) {
          expect(least).toBeLessThanOrEqual(informationAt(pair, feasible) + ROUNDING);
        }
      },
    ),
    runs,
  );
});

test("where all classes have equal margins of both, they may be identical, and nothing is unique", () => {
  const pair = pairOfTable([
    [5, 3, 3, 1],
    [1, 2, 2, 6],
    [4, 0, 0, 0],
    [0, 0, 0, 0],
  ]);
  const { redundancy, synergy } = broja.parts(pair);
  expect(Math.abs(redundancy - pair.first.information)).toBeLessThan(ROUNDING);
  expect(Math.abs(synergy - (pair.jointInformation - pair.first.information))).toBeLessThan(ROUNDING);
});

test("ten thousand samples a class lose nothing to rounding", () => {
  // Odds ratios of single samples beside ten thousand: the least cells are 1e-4 of a sample.
  const pair = pairOfTable([
    [9_999, 1, 1, 1],
    [1, 9_998, 1, 2],
    [2, 3, 9_990, 5],
  ]);
  const { synergy } = broja.parts(pair);
  expect(Math.abs(pair.jointInformation - synergy - searchedMinimum(pair))).toBeLessThan(1e-9);
});
