/** Text tables: a line of column names, then a sample a line; one column holds the classes, all others numbers. */
import type { DataFolder } from "../../core/platform.ts";
import { damagedData, type Part, type RowChunk } from "../rows.ts";
import { headedColumns, isHeadASample, numberedColumns, SAMPLE_ADVICE } from "./csv-columns.ts";
import { delimiterOf, withHead } from "./csv-dialect.ts";
import { type CsvPiece, csvPieces, csvRecords, lineBreaks } from "./csv-records.ts";
import { DecimalMark } from "./decimal-mark.ts";
import type { TableOptions } from "./label-column.ts";
import { type Columns, featuresOf, plainChunk } from "./plain-csv.ts";

export function csvPart(folder: DataFolder, file: string, options: TableOptions = {}): Part {
  return { where: file, rows: () => csvRows(folder, file, options) };
}

/** @throws RunError with the line where values are missing, too many or no numbers; UsageError for an unknown column. */
async function* csvRows(folder: DataFolder, file: string, options: TableOptions): AsyncGenerator<RowChunk> {
  const size = await folder.size(file);
  let read = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of folder.stream(file)) {
      read += piece.length;
      yield piece;
    }
  }
  const { head, pieces } = await withHead(unpacked(folder, file, counted()));
  const delimiter = delimiterOf(head, /\.(?:tsv|tab)(?:\.gz)?$/i.test(file) ? "\t" : ",");
  const table = new CsvTable(file, delimiter, options);
  for await (const piece of csvPieces(pieces, delimiter, file)) {
    const chunk = table.chunk(piece);
    if (chunk !== undefined) yield { ...chunk, share: read / size };
  }
}

/** A file that is packed by gzip, whatever its name, unpacked. */
async function* unpacked(
  folder: DataFolder,
  file: string,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const magic = await folder.readRange(file, 0, 2);
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
    yield* pieces;
    return;
  }
  try {
    yield* folder.gunzipStream(pieces);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw damagedData(
      file,
      "the gzip file cannot be unpacked",
      "one complete gzip stream",
      found,
      "fetch the file again",
    );
  }
}

/** Makes rows of the pieces of one table, in order. */
class CsvTable {
  readonly #file: string;
  readonly #delimiter: string;
  readonly #options: TableOptions;
  readonly #decimals: DecimalMark;
  #columns: Columns | undefined;
  #features: readonly string[] = [];
  /** Whether the line of names might be a sample. */
  #isHeadDoubted = false;

  constructor(file: string, delimiter: string, options: TableOptions) {
    this.#file = file;
    this.#delimiter = delimiter;
    this.#options = options;
    this.#decimals = new DecimalMark(delimiter, file);
  }

  /** @returns undefined where the piece holds no more than the names of the columns */
  chunk(piece: CsvPiece): RowChunk | undefined {
    const plain = this.#plain(piece);
    if (plain !== undefined) return plain;
    const records = csvRecords(piece, this.#delimiter);
    const first = this.#columns === undefined ? this.#begin(records[0]!) : 0;
    return records.length > first ? this.#checked(this.#general(records, first, piece.line)) : undefined;
  }

  #plain({ text, line, plain }: CsvPiece): RowChunk | undefined {
    if (this.#columns === undefined || !plain || !this.#decimals.arePoints(text)) return undefined;
    const chunk = plainChunk(text, this.#delimiter, this.#columns);
    return chunk && this.#checked({ ...chunk, features: this.#features, lineOf: (row) => line + row });
  }

  /** @returns how many records are no samples */
  #begin(record: readonly string[]): number {
    const { noHeader = false } = this.#options;
    const columns = (noHeader ? numberedColumns : headedColumns)(record, this.#options, this.#file);
    this.#columns = columns;
    this.#features = columns.names.filter((_, place) => place !== columns.label && !columns.dropped.has(place));
    this.#isHeadDoubted = !noHeader && isHeadASample(columns);
    return noHeader ? 0 : 1;
  }

  /** A class that is called as its column shows that the line of names was a sample. */
  #checked(chunk: RowChunk): RowChunk {
    const { names, label } = this.#columns!;
    if (!this.#isHeadDoubted || !chunk.labels.includes(names[label]!)) return chunk;
    throw damagedData(
      `${this.#file}, line 1`,
      "the first line is a sample, not a line of names",
      "names of columns",
      `numbers, and ${JSON.stringify(names[label]!.slice(0, 40))}, which is a class`,
      SAMPLE_ADVICE,
    );
  }

  /** @param line of records[0] */
  #general(records: string[][], first: number, line: number): RowChunk {
    const { names, label, dropped } = this.#columns!;
    const features = featuresOf(this.#columns!);
    const inputs = new Float32Array((records.length - first) * features);
    const labels: string[] = [];
    const lines: number[] = [];
    let at = 0;
    let place = line;
    for (const [row, record] of records.entries()) {
      if (row >= first) {
        if (record.length !== names.length) throw this.#ragged(record.length, names.length, place);
        for (const [column, text] of record.entries()) {
          if (column === label) labels.push(this.#className(text, place));
          else if (!dropped.has(column)) inputs[at++] = this.#decimals.value(text, place, names[column]!);
        }
        lines.push(place);
      }
      place += 1 + record.reduce((breaks, text) => breaks + lineBreaks(text), 0);
    }
    return { sampleShape: [features], inputs, labels, features: this.#features, lineOf: (row) => lines[row]! };
  }

  #className(text: string, line: number): string {
    const name = text.trim();
    if (name !== "") return name;
    const fix = "fill in or leave out such lines";
    throw damagedData(`${this.#file}, line ${line}`, "a class is missing", "a class in each line", "nothing", fix);
  }

  #ragged(found: number, expected: number, line: number) {
    const mark = { ",": "commas", "\t": "tabs" }[this.#delimiter] ?? JSON.stringify(this.#delimiter);
    const what = "the line has another number of values";
    const fix = `check quotes, line breaks and what separates values (here ${mark})`;
    return damagedData(`${this.#file}, line ${line}`, what, `${expected}, as the first`, `${found}`, fix);
  }
}
