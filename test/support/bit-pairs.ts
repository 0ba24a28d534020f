/** Pairs of bits, given or drawn, and information written down as the textbook has it. */
import fc from "fast-check";
import { bitOf, type Pair, pairOf } from "../../src/pairs/pair.ts";
import { evidenceOf } from "./evidence.ts";

/** [classes] of samples with (T_i, T_j) = 00, 01, 10, 11. */
export type PairTable = readonly (readonly [number, number, number, number])[];

export function pairOfTable(table: PairTable): Pair {
  const sizes = table.map((cells) => cells.reduce((sum, count) => sum + count, 0));
  const bit = (ones: readonly number[]) => bitOf(evidenceOf(ones, sizes));
  return pairOf(
    bit(table.map(([, , first, both]) => first + both)),
    bit(table.map(([, second, , both]) => second + both)),
    table.map(([, , , both]) => both),
  );
}

/** One sample for each state of two inputs, of the class that the gate says. */
export function gate(label: (first: number, second: number) => number): PairTable {
  const table: [number, number, number, number][] = [];
  for (let state = 0; state < 4; state++) {
    const own = label(state >> 1, state & 1);
    while (table.length <= own) table.push([0, 0, 0, 0]);
    table[own]![state]!++;
  }
  return table;
}

/** Cells of 0 are frequent, classes without samples happen; at least one sample. */
const count = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 60 }) },
);
export const anyTable: fc.Arbitrary<PairTable> = fc
  .array(fc.tuple(count, count, count, count), { minLength: 2, maxLength: 10 })
  .filter((table) => table.flat().some((cell) => cell > 0));

/** H(row) + H(column) - H(both), bits, of a table of counts: an information with no ratio of the program's. */
export function textbookInformation(rows: readonly (readonly number[])[]): number {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const total = sum(rows.flat());
  const entropy = (counts: readonly number[]) =>
    // A count below the least normal float64 has no logarithm that matters.
    -sum(counts.filter((n) => n > 1e-300).map((n) => (n / total) * Math.log2(n / total)));
  return (
    entropy(rows.map(sum)) +
    entropy(rows[0]!.map((_, column) => sum(rows.map((row) => row[column]!)))) -
    entropy(rows.flat())
  );
}
