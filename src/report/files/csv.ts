/**
 * What the CSV files have in common: text for numbers that survives the way back, chunks for writing, and cells that
 * name file, line and column when they do not hold what they should. Every line ends with a newline, so a file that
 * was cut off shows it.
 */
import { csvParseRows } from "d3-dsv";
import { RunError } from "../../core/errors.ts";

export { float32Text, float64Text } from "../../core/float-text.ts";

const ROWS_PER_CHUNK = 1000;

/** Lines (without their newlines) as pieces of text of about a thousand rows. */
function* piecesOf(begun: string[], lines: Iterable<string>): Generator<string> {
  let chunk = begun;
  for (const line of lines) {
    if (chunk.length === ROWS_PER_CHUNK) {
      yield `${chunk.join("\n")}\n`;
      chunk = [];
    }
    chunk.push(line);
  }
  if (chunk.length > 0) yield `${chunk.join("\n")}\n`;
}

/** The header and the lines as pieces of text. */
export function csvChunks(header: readonly string[], lines: Iterable<string>): Generator<string> {
  return piecesOf([header.join(",")], lines);
}

/** A table whose rows come from items: what one adds, and what the first of them says of the columns. */
export interface CsvTable<T> {
  header(first: T | undefined): readonly string[];
  /** @param first like which all others are */
  lines(item: T, first: T): Iterable<string>;
}

/** Text of a table in pieces. */
export function csvText<T>({ header, lines }: CsvTable<T>, items: Iterable<T>): Generator<string> {
  const all = [...items];
  function* allLines(): Generator<string> {
    for (const item of all) yield* lines(item, all[0]!);
  }
  return csvChunks(header(all[0]), allLines());
}

/** The same of items that come a few at a time, of which no more are kept. */
export async function* streamedCsv<T>(
  { header, lines }: CsvTable<T>,
  groups: AsyncIterable<Iterable<T>>,
): AsyncGenerator<string> {
  let first: T | undefined;
  for await (const items of groups) {
    for (const item of items) {
      if (first === undefined) yield* csvChunks(header(item), []);
      first ??= item;
    }
    if (first === undefined) continue;
    const like = first;
    function* own(): Generator<string> {
      for (const item of items) yield* lines(item, like);
    }
    yield* piecesOf([], own());
  }
  if (first === undefined) yield* csvChunks(header(undefined), []);
}

const UNSIGNED = /^(0|[1-9]\d*)$/;
const DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;
const MAX_UINT32 = 0xffffffff;

/** The row that is being read; each accessor throws a RunError with file, line and column where the cell does not fit. */
export class CsvRow {
  readonly #file: string;
  readonly #columns: ReadonlyMap<string, number>;
  #cells: readonly string[] = [];
  #line = 1;

  constructor(file: string, header: readonly string[]) {
    this.#file = file;
    this.#columns = new Map(header.map((name, index) => [name, index]));
  }

  /** Goes to another row of the same file; `line` counts from 1, the header. */
  moveTo(cells: readonly string[], line: number): void {
    this.#cells = cells;
    this.#line = line;
    if (cells.length === this.#columns.size) return;
    this.fail("the row has the wrong number of columns", String(this.#columns.size), String(cells.length));
  }

  text(column: string): string {
    return this.#cells[this.#columns.get(column)!]!;
  }

  /** The first `count` cells as one text, to tell whether two rows belong together. */
  key(count: number): string {
    return this.#cells.slice(0, count).join(",");
  }

  uint32(column: string, maximum = MAX_UINT32): number {
    const cell = this.text(column);
    const value = Number(cell);
    if (UNSIGNED.test(cell) && value <= maximum) return value;
    return this.fail(`${column} is out of range`, `a whole number from 0 to ${maximum}`, cell);
  }

  /** A finite number. */
  float64(column: string): number {
    const cell = this.text(column);
    const value = Number(cell);
    if (DECIMAL.test(cell) && Number.isFinite(value)) return value;
    return this.fail(`${column} is not a number`, "a finite decimal number", cell);
  }

  oneOf<T extends string>(column: string, allowed: readonly T[]): T {
    const cell = this.text(column);
    const index = allowed.indexOf(cell as T);
    return allowed[index] ?? this.fail(`${column} is not known`, allowed.join(" or "), cell);
  }

  fail(what: string, expected: string, found: string): never {
    throw damaged(this.#file, this.#line, what, expected, found);
  }
}

/** Ids of measures become names of columns, fields and files: nothing else than letters, digits and `_` is one. */
export function isMeasureId(text: string): boolean {
  return /^[A-Za-z]\w*$/.test(text);
}

/** A fault of one line of a result file. */
export function damaged(file: string, line: number, what: string, expected: string, found: string): RunError {
  const shown = found.length > 60 ? `${found.slice(0, 60)}...` : found;
  const fix = "restore the file from a copy, or run the study again";
  return new RunError({ what, where: `${file}, line ${line}`, expected, found: shown === "" ? "nothing" : shown, fix });
}

/**
 * Reads CSV text row by row. `open` sees the header and returns what to do with each row; the same CsvRow is moved from
 * row to row. Uses csvParseRows, which, unlike csvParse, compiles no code and so runs under a Content-Security-Policy.
 * @throws RunError on an empty or cut off file, a row of the wrong width, and whatever `open` and the rows throw.
 */
export function readCsv(
  text: string,
  file: string,
  open: (header: readonly string[]) => (row: CsvRow, line: number) => void,
): void {
  if (text === "") throw damaged(file, 1, "the file is empty", "a header line", "nothing");
  if (!text.endsWith("\n")) {
    const lines = text.split("\n");
    throw damaged(file, lines.length, "the file is cut off", "a newline at its end", lines.at(-1)!);
  }
  let row: CsvRow | undefined;
  let take: (row: CsvRow, line: number) => void;
  csvParseRows(text, (cells, index) => {
    const line = index + 1;
    if (row === undefined) {
      take = open(cells);
      row = new CsvRow(file, cells);
    } else {
      row.moveTo(cells, line);
      take(row, line);
    }
    return null;
  });
}

/** @throws RunError unless the header is exactly `expected`. */
export function requireHeader(file: string, header: readonly string[], expected: readonly string[]): void {
  if (header.join() === expected.join()) return;
  throw damaged(file, 1, "the columns are not those of this file", expected.join(), header.join());
}
