/**
 * Tables that may have millions of rows: text, or above MOST_CSV_ROWS a Parquet file of the same columns, with whole numbers of 32 bits,
 * float64 and texts. Rows are made while they are written.
 */
import type { SchemaElement } from "hyparquet";
import type { ByteWriter } from "hyparquet-writer";
import type { StreamedFile } from "../../core/platform.ts";
import { type CsvTable, float64Text, streamedCsv } from "./csv.ts";

/** A sheet of most programs ends there, and the text would be some 250 MB. */
const MOST_CSV_ROWS = 1_000_000;

type ColumnType = "uint32" | "float64" | "text";

export interface LargeTable<T> {
  /** @param first undefined where there is no item */
  columns(first: T | undefined): readonly { readonly name: string; readonly type: ColumnType }[];
  /** Cells as the columns come; NaN where there is no number, which is empty in text. */
  rows(item: T): Iterable<readonly (number | string)[]>;
}

const cellText = (cell: number | string) =>
  typeof cell === "string" ? cell : Number.isNaN(cell) ? "" : float64Text(cell);

function csvTable<T>({ columns, rows }: LargeTable<T>): CsvTable<T> {
  return {
    header: (first) => columns(first).map(({ name }) => name),
    *lines(item) {
      for (const row of rows(item)) yield row.map(cellText).join(",");
    },
  };
}

/** Rows that are encoded together. */
const GROUP_ROWS = 100_000;

/** What was written since it was last asked for. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

const parquetTypes: Readonly<Record<ColumnType, Pick<SchemaElement, "type" | "converted_type">>> = {
  uint32: { type: "INT32" },
  float64: { type: "DOUBLE" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
};

function columnOf(type: ColumnType, rows: readonly (readonly (number | string)[])[], column: number) {
  if (type === "uint32") return Int32Array.from(rows, (row) => row[column] as number);
  if (type === "float64") return Float64Array.from(rows, (row) => row[column] as number);
  return rows.map((row) => row[column] as string);
}

async function* parquetChunks<T>(table: LargeTable<T>, items: AsyncIterable<T>): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const bytes = new ByteWriter();
  let file: InstanceType<typeof ParquetWriter> | undefined;
  for await (const item of items) {
    const columns = table.columns(item);
    const elements = columns.map(({ name, type }): SchemaElement => {
      return { name, repetition_type: "REQUIRED", ...parquetTypes[type] };
    });
    file ??= new ParquetWriter({
      writer: bytes,
      schema: [{ name: "root", num_children: columns.length }, ...elements],
    });
    let rows: (readonly (number | string)[])[] = [];
    const flush = async () => {
      const columnData = columns.map(({ name, type }, column) => ({ name, data: columnOf(type, rows, column) }));
      await file!.write({ columnData, rowGroupSize: GROUP_ROWS });
      rows = [];
      return taken(bytes);
    };
    for (const row of table.rows(item)) {
      rows.push(row);
      if (rows.length === GROUP_ROWS) yield await flush();
    }
    if (rows.length > 0) yield await flush();
  }
  await file?.finish();
  yield taken(bytes);
}

interface LargeFile<T> {
  readonly name: string;
  /** Of the Parquet file. */
  readonly largeName: string;
  readonly table: LargeTable<T>;
  /** Rows of all items. */
  readonly rows: number;
  /** Rows of text at most; absent: a million. */
  readonly most?: number | undefined;
}

export function largeFile<T>(
  { name, largeName, table, rows, most = MOST_CSV_ROWS }: LargeFile<T>,
  items: AsyncIterable<T>,
): StreamedFile {
  if (rows > most) return { name: largeName, chunks: parquetChunks(table, items) };
  async function* groups(): AsyncGenerator<Iterable<T>> {
    for await (const item of items) yield [item];
  }
  return { name, chunks: streamedCsv(csvTable(table), groups()) };
}
