/**
 * Pieces of CSV without quotes, which most are, straight from characters to numbers: no text is made of a value unless it
 * is unusual. Several times as fast as the general way (csv.ts), which is taken where a piece is not as it should be, and
 * says so. A test compares the two.
 */

import type { RowChunk } from "../rows.ts";
import { lineBreaks } from "./csv-records.ts";

export interface Columns {
  /** Of all columns, those that are left out among them. */
  readonly names: readonly string[];
  /** Place of the column of classes. */
  readonly label: number;
  /** Places of columns that are left out. */
  readonly dropped: ReadonlySet<number>;
}

/** Inputs of a sample. */
export function featuresOf({ names, dropped }: Columns): number {
  return names.length - dropped.size - 1;
}

/**
 * A decimal number: what `Number` takes beyond that (nothing as 0, 0x1f, Infinity) is none. Each character can be matched
 * in one way alone, so that no long value makes the match go back.
 */
const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

export function isDecimal(text: string): boolean {
  return NUMBER.test(text);
}

/** The float32 nearest to the float64 that the text stands for; NaN where it is no number, or too large. */
export function decimalOf(text: string): number {
  const value = Math.fround(Number(text));
  return NUMBER.test(text) && Number.isFinite(value) ? value : Number.NaN;
}

const [RETURN, MINUS, POINT, ZERO, NINE] = [0x0d, 0x2d, 0x2e, 0x30, 0x39];
/** Whole numbers of so many digits are exact in float64. */
const EXACT_DIGITS = 15;
/** 10^0, 10^1, ... 10^22: exact, so that a quotient by them is rounded once, as the text's value is (Clinger 1990). */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * @param text whole records without quotes
 * @returns undefined where a line has another number of values, or a value is missing or no number
 */
export function plainChunk(text: string, delimiter: string, columns: Columns): RowChunk | undefined {
  const { names, label, dropped } = columns;
  const features = featuresOf(columns);
  const rows = lineBreaks(text) + (text.endsWith("\n") ? 0 : 1);
  const inputs = new Float32Array(rows * features);
  const labels: string[] = [];
  const line = new Line(text, delimiter.charCodeAt(0));
  for (let row = 0; row < rows; row++) {
    line.next();
    let at = row * features;
    for (let column = 0; column < names.length; column++) {
      if (line.ended) return undefined;
      if (column === label) {
        const name = line.text().trim();
        if (name === "") return undefined;
        labels.push(name);
      } else if (dropped.has(column)) {
        line.skip();
      } else {
        const value = line.number();
        if (Number.isNaN(value)) return undefined;
        inputs[at++] = value;
      }
    }
    if (!line.ended) return undefined;
  }
  return { sampleShape: [features], inputs, labels };
}

/** Reads the values of one line after another. */
class Line {
  readonly #text: string;
  readonly #delimiter: number;
  #next = 0;
  /** Where the value begins that is read next, and where the line ends. */
  #at = 0;
  #end = 0;

  constructor(text: string, delimiter: number) {
    this.#text = text;
    this.#delimiter = delimiter;
  }

  next(): void {
    const found = this.#text.indexOf("\n", this.#next);
    const end = found === -1 ? this.#text.length : found;
    this.#at = this.#next;
    this.#next = end + 1;
    this.#end = this.#text.charCodeAt(end - 1) === RETURN ? end - 1 : end;
  }

  /** Whether all values of the line have been read; an empty line has an empty value. */
  get ended(): boolean {
    return this.#at > this.#end;
  }

  /** @returns where the value ends */
  skip(): number {
    let stop = this.#at;
    while (stop < this.#end && this.#text.charCodeAt(stop) !== this.#delimiter) stop++;
    this.#at = stop + 1;
    return stop;
  }

  text(): string {
    const first = this.#at;
    return this.#text.slice(first, this.skip());
  }

  /** A sign, digits and a point are read here, if they are few; all else by decimalOf. */
  number(): number {
    const [text, delimiter, first, end] = [this.#text, this.#delimiter, this.#at, this.#end];
    const negative = text.charCodeAt(first) === MINUS;
    let whole = 0;
    let digits = 0; // behind leading zeros
    let point = -1;
    let usual = true;
    let at = negative ? first + 1 : first;
    const begin = at;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) {
        whole = 10 * whole + (code - ZERO);
        if (whole > 0) digits++;
      } else if (code === delimiter) break;
      else if (code === POINT && point === -1) point = at;
      else usual = false;
    }
    this.#at = at + 1;
    const decimals = point === -1 ? 0 : at - point - 1;
    const written = at - begin - (point === -1 ? 0 : 1);
    if (!usual || written === 0 || digits > EXACT_DIGITS || decimals >= POWERS.length) {
      return decimalOf(text.slice(first, at));
    }
    const value = Math.fround(whole / POWERS[decimals]!);
    return negative ? -value : value;
  }
}
