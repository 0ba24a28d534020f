/** CSV tables: a line of column names, then a sample a line; one column holds the classes, all others numbers. */
import type { DataFolder } from "../core/platform.ts";
import { csvRecords, lineBreaks } from "./csv-records.ts";
import { labelColumn } from "./label-column.ts";
import { damagedData, type Part, type RowChunk } from "./rows.ts";

/**
 * A decimal number: what `Number` takes beyond that (nothing as 0, 0x1f, Infinity) is none. Each character can be matched
 * in one way alone, so that no long value makes the match go back.
 */
const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

interface Columns {
  readonly names: readonly string[];
  /** Place of the column of classes. */
  readonly label: number;
}

/** @param label name of the column of classes */
export function csvPart(folder: DataFolder, file: string, label: string | undefined): Part {
  return { where: file, rows: csvRows(folder.stream(file), file, label) };
}

/** @throws RunError with the line where values are missing, too many or no numbers; UsageError for an unknown column. */
async function* csvRows(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  label: string | undefined,
): AsyncGenerator<RowChunk> {
  const delimiter = /\.tsv$/i.test(file) ? "\t" : ",";
  let columns: Columns | undefined;
  for await (const { records, line } of csvRecords(pieces, delimiter, file)) {
    const first = columns === undefined ? 1 : 0;
    columns ??= readColumns(records[0]!, file, label);
    if (records.length > first) yield chunkOf(records, first, columns, file, line);
  }
}

function readColumns(header: readonly string[], file: string, label: string | undefined): Columns {
  const names = header.map((name) => name.trim());
  const nameless = names.indexOf("");
  if (nameless !== -1) {
    const fix = "name every column; a column of row numbers is to be left out (pandas: index=False)";
    const found = `no name for column ${nameless + 1}`;
    throw damagedData(`${file}, line 1`, "a column has no name", "a name for each column", found, fix);
  }
  return { names, label: labelColumn(names, label, file) };
}

/** @param line of records[0] */
function chunkOf(records: string[][], first: number, columns: Columns, file: string, line: number): RowChunk {
  const { names, label } = columns;
  const features = names.length - 1;
  const inputs = new Float32Array((records.length - first) * features);
  const labels: string[] = [];
  let at = 0;
  let place = line;
  for (const [row, record] of records.entries()) {
    if (row >= first) {
      if (record.length !== names.length) throw ragged(record.length, names.length, `${file}, line ${place}`);
      for (const [column, text] of record.entries()) {
        if (column === label) labels.push(className(text, `${file}, line ${place}`));
        else inputs[at++] = numberOf(text, file, place, names[column]!);
      }
    }
    place += 1 + record.reduce((breaks, text) => breaks + lineBreaks(text), 0);
  }
  return { sampleShape: [features], inputs, labels };
}

function numberOf(text: string, file: string, line: number, column: string): number {
  const value = Math.fround(Number(text));
  if (NUMBER.test(text) && Number.isFinite(value)) return value;
  const found = text.trim() === "" ? "nothing" : JSON.stringify(text.slice(0, 40));
  const fix = "leave out columns and lines that hold no numbers, or turn them into numbers";
  throw damagedData(`${file}, line ${line}, column ${column}`, "this is no number", "a finite number", found, fix);
}

function className(text: string, where: string): string {
  const name = text.trim();
  if (name !== "") return name;
  throw damagedData(where, "a class is missing", "a class in each line", "nothing", "fill in or leave out such lines");
}

function ragged(found: number, expected: number, where: string) {
  const fix = "check the delimiter, quotes and line breaks: a comma, or a tab in .tsv";
  return damagedData(where, "the line has another number of values", `${expected}, as the first`, `${found}`, fix);
}
