/** CSV tables: a line of column names, then a sample a line; one column holds the classes, all others numbers. */
import type { DataFolder } from "../core/platform.ts";
import { csvPieces, csvRecords, lineBreaks } from "./csv-records.ts";
import { labelColumn, ROW_NUMBERS } from "./label-column.ts";
import { type Columns, decimalOf, plainChunk } from "./plain-csv.ts";
import { damagedData, type Part, type RowChunk } from "./rows.ts";

/** @param label name of the column of classes */
export function csvPart(folder: DataFolder, file: string, label: string | undefined): Part {
  return { where: file, rows: () => csvRows(folder, file, label) };
}

/** @throws RunError with the line where values are missing, too many or no numbers; UsageError for an unknown column. */
async function* csvRows(folder: DataFolder, file: string, label: string | undefined): AsyncGenerator<RowChunk> {
  const size = await folder.size(file);
  let read = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of folder.stream(file)) {
      read += piece.length;
      yield piece;
    }
  }
  const delimiter = /\.tsv$/i.test(file) ? "\t" : ",";
  let columns: Columns | undefined;
  for await (const piece of csvPieces(pieces(), delimiter, file)) {
    const share = read / size;
    const plain = columns !== undefined && piece.plain ? plainChunk(piece.text, delimiter, columns) : undefined;
    if (plain !== undefined) {
      yield { ...plain, share };
      continue;
    }
    const records = csvRecords(piece, delimiter);
    const first = columns === undefined ? 1 : 0;
    columns ??= readColumns(records[0]!, file, label);
    if (records.length > first) yield { ...chunkOf(records, first, columns, file, piece.line), share };
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
  const other = names.length === 1 ? [";", "\t", "|"].find((mark) => names[0]!.includes(mark)) : undefined;
  if (other !== undefined) {
    const fix =
      "separate values by commas, with points in numbers (pandas: df.to_csv(file, index=False)), or tabs in .tsv";
    const found = `one column, with ${JSON.stringify(other)} in its name`;
    throw damagedData(`${file}, line 1`, "values are separated by another mark", "commas, or tabs in .tsv", found, fix);
  }
  const rowNumbers = names.find((name) => ROW_NUMBERS.test(name));
  if (rowNumbers !== undefined) {
    const fix = `leave the column out (pandas: df.drop(columns="${rowNumbers}").to_csv(file, index=False))`;
    throw damagedData(
      `${file}, line 1`,
      "the table holds the index of pandas",
      "features and classes alone",
      rowNumbers,
      fix,
    );
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
  const value = decimalOf(text);
  if (!Number.isNaN(value)) return value;
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
