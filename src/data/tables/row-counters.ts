/**
 * Columns that do no more than count the rows: an id that tells samples apart, and, where rows lie class by class, classes too.
 * Two signs: all values together are a, a + k, a + 2 k, ... in any order; or each exceeds the one before it. Values are not
 * kept, so that tables of any size can be asked: the progression is known by least, greatest, sum and sum of squares.
 */
import { greatest, smallest } from "../../core/long-arrays.ts";
import type { RowChunk } from "../rows.ts";

/** Fewer rows say nothing. */
const FEWEST_ROWS = 20;
/** Whole numbers beyond are not told apart by float32, so that an id may occur twice. */
const FLOAT_INTEGERS = 2 ** 24;
/** Bytes count no further. */
const BYTE_VALUES = 256;

/** What is kept of a column. */
interface Moments {
  readonly name: string;
  readonly rows: number;
  readonly least: number;
  readonly greatest: number;
  /** Of the differences to `origin`. */
  readonly sum: number;
  readonly squares: number;
  readonly origin: number;
  readonly first: number;
  readonly second: number;
  readonly last: number;
  /** 1: each value exceeds the one before; -1: falls below it; 0: neither. */
  readonly direction: number;
}

/** Of one part of the data. */
export interface CountedColumns {
  readonly where: string;
  /** Columns that still may count, after a look at each value. */
  readonly candidates: readonly Moments[];
}

type Column = { -readonly [Field in keyof Moments]: Moments[Field] };

/** Looks at the rows of a part as they come. */
export class RowCounters {
  #columns: Column[] | undefined;
  /** [candidates]: their places among the features. */
  #places: number[] = [];

  add({ inputs, labels, sampleShape, features }: RowChunk): void {
    // Pixels of pictures count nothing.
    if (sampleShape.length !== 1 || labels.length === 0) return;
    const width = sampleShape[0]!;
    if (this.#columns === undefined) {
      this.#places = Array.from({ length: width }, (_, place) => place);
      this.#columns = this.#places.map((place) =>
        begun(features?.[place] ?? `column ${place} (from 0)`, inputs[place]!),
      );
    }
    if (this.#places.length === 0) return;
    const before = this.#columns[0]!.rows;
    for (const [index, place] of this.#places.entries()) addValues(this.#columns[index]!, inputs, place, width);
    // Most columns repeat a value soon, and need no further look.
    const seldom = before === 0 ? (place: number) => isDistinct(inputs, place, width) : () => true;
    const isBeyondBytes = inputs instanceof Uint8Array && before + labels.length > BYTE_VALUES;
    const stays = this.#places.map((place, index) => {
      return !isBeyondBytes && (this.#columns![index]!.direction !== 0 || seldom(place));
    });
    this.#places = this.#places.filter((_, index) => stays[index]);
    this.#columns = this.#columns.filter((_, index) => stays[index]);
  }

  columns(where: string): CountedColumns {
    return { where, candidates: this.#columns ?? [] };
  }
}

function begun(name: string, origin: number): Column {
  const extremes = { least: Number.POSITIVE_INFINITY, greatest: Number.NEGATIVE_INFINITY };
  const ends = { first: origin, second: origin, last: origin };
  return { name, rows: 0, ...extremes, sum: 0, squares: 0, origin, ...ends, direction: 0 };
}

function addValues(column: Column, inputs: RowChunk["inputs"], place: number, width: number): void {
  for (let at = place; at < inputs.length; at += width) {
    const value = inputs[at]!;
    if (column.rows === 1) {
      column.second = value;
      column.direction = Math.sign(value - column.first);
    } else if (column.direction !== 0 && Math.sign(value - column.last) !== column.direction) column.direction = 0;
    const from = value - column.origin;
    column.rows++;
    column.sum += from;
    column.squares += from * from;
    if (value < column.least) column.least = value;
    if (value > column.greatest) column.greatest = value;
    column.last = value;
  }
}

function isDistinct(inputs: RowChunk["inputs"], place: number, width: number): boolean {
  const seen = new Set<number>();
  for (let at = place; at < inputs.length; at += width) {
    const value = inputs[at]!;
    if (seen.has(value) && Math.abs(value) < FLOAT_INTEGERS) return false;
    seen.add(value);
  }
  return true;
}

/** Sums of squares of a + k i differ from others of the same ends by more than rounding does. */
const ROUNDING = 2 ** -20;

/** Whether the values are an arithmetic progression, in any order. */
function isProgression(parts: readonly Moments[]): boolean {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const least = smallest(parts.map((part) => part.least));
  const most = greatest(parts.map((part) => part.greatest));
  const range = most - least;
  if (rows < FEWEST_ROWS || range === 0) return false;
  // Differences to the middle: a mean of 0, and squares of known size.
  const middle = (least + most) / 2;
  let sum = 0;
  let squares = 0;
  for (const part of parts) {
    const shift = part.origin - middle;
    sum += part.sum + part.rows * shift;
    squares += part.squares + 2 * shift * part.sum + part.rows * shift * shift;
  }
  // Values that float32 rounds are off by half a unit in the last place each.
  const rounding = Math.max(ROUNDING, (Math.max(Math.abs(least), Math.abs(most)) * 2 ** -23) / range);
  const wanted = (range * range * (rows + 1)) / (12 * (rows - 1));
  return Math.abs(sum / rows) <= rounding * range && Math.abs(squares / rows - wanted) <= 4 * rounding * wanted;
}

/** Names of columns that count the rows of a part, or of all parts together. */
export function countingColumns(parts: readonly CountedColumns[]): string[] {
  const names = new Set<string>();
  for (const { candidates } of parts) {
    for (const column of candidates) {
      const rises = column.direction !== 0 && column.rows >= FEWEST_ROWS;
      if (rises || isProgression([column])) names.add(column.name);
    }
  }
  for (const { name } of parts[0]?.candidates ?? []) {
    const own = parts.flatMap(({ candidates }) => candidates.filter((column) => column.name === name));
    if (own.length === parts.length && own.length > 1 && isProgression(own)) names.add(name);
  }
  return [...names];
}
