/** Parquet tables: a flat column for each feature, of numbers or booleans, and one that holds the classes. */
import { type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree } from "hyparquet";
import { RunError, UsageError } from "../core/errors.ts";
import type { DataFolder } from "../core/platform.ts";
import { droppedColumns, labelColumn, ROW_NUMBERS, type TableOptions } from "./label-column.ts";
import { columnPages, type PagedColumn } from "./parquet-pages.ts";
import { damagedData, type Part, type RowChunk } from "./rows.ts";

/** What is decoded at once; pandas makes a row group of a million rows. */
const MAX_GROUP_ROWS = 2 ** 24;
const MAX_GROUP_VALUES = 2 ** 30;
/** A row group of a thousand columns takes a tenth of a megabyte. */
const MAX_METADATA_BYTES = 2 ** 28;
const MAGIC = 0x31524150;
/** Row numbers would be a feature that tells samples apart. */
const PANDAS_INDEX = /^__index_level_\d+__$/;
/** Logical and converted types whose numbers count days or parts of seconds. */
const TIMES = /^(?:DATE|TIME|TIMESTAMP)(?:_|$)/;
const WRITE_AGAIN =
  "write the file again, for example with pandas: df.to_parquet(file, index=False), compressed by snappy, gzip, zstd or not";

interface Table {
  readonly folder: DataFolder;
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly metadata: FileMetaData;
  readonly columns: readonly SchemaTree[];
  readonly root: SchemaTree;
  /** Place of the column of classes. */
  readonly label: number;
}

type RowGroup = FileMetaData["row_groups"][number];
type Cell = number | bigint | boolean | string | null | undefined;

export function parquetPart(folder: DataFolder, file: string, options: TableOptions = {}): Part {
  return { where: file, rows: () => parquetRows(folder, file, options) };
}

/**
 * One piece a row group; of the file no more is in memory than what describes it and a column of a row group.
 * @throws RunError with column and row where values are missing or no numbers, or the file is damaged; UsageError for an
 * unknown column.
 */
async function* parquetRows(folder: DataFolder, file: string, options: TableOptions): AsyncGenerator<RowChunk> {
  const { size, footer } = await readFooter(folder, file);
  const table: Table = { folder, file, size, ...attempt(file, () => readTable(file, footer, options)) };
  const all = Number(table.metadata.num_rows);
  let row = 0;
  for (const group of table.metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (rows > 0) yield { ...(await readGroup(table, group, rows, row)), share: (row + rows) / all };
    row += rows;
  }
}

/** The end of the file, which describes the rest: metadata, their length in four bytes, and the magic number. */
async function readFooter(folder: DataFolder, file: string): Promise<{ size: number; footer: Uint8Array }> {
  const size = await folder.size(file);
  const word = async (first: number) => {
    const bytes = size < 12 ? new Uint8Array(4) : await folder.readRange(file, first, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  };
  if ((await word(0)) !== MAGIC || (await word(size - 4)) !== MAGIC) {
    throw damagedData(file, "this is no whole Parquet file", "PAR1 at both ends", `${size} bytes`, WRITE_AGAIN);
  }
  const length = await word(size - 8);
  if (length > Math.min(size - 12, MAX_METADATA_BYTES)) {
    const expected = `at most ${Math.min(size - 12, MAX_METADATA_BYTES)} bytes that describe the table`;
    throw damagedData(
      file,
      "the Parquet file is damaged or has too many row groups",
      expected,
      `${length}`,
      WRITE_AGAIN,
    );
  }
  return { size, footer: await folder.readRange(file, size - 8 - length, length + 8) };
}

/** What hyparquet throws of damaged files are errors of any kind, from anywhere in it. */
function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RunError || cause instanceof UsageError || !(cause instanceof Error)) throw cause;
    const fault = { what: "the Parquet file is damaged or written in a way that is not read", where: file };
    throw new RunError({ ...fault, expected: "whole pages", found: cause.message, fix: WRITE_AGAIN }, { cause });
  }
}

type Description = Pick<Table, "metadata" | "columns" | "root" | "label">;

/** The tree of columns without those that are left out. */
function withoutDropped(root: SchemaTree, drop: TableOptions["drop"], file: string): SchemaTree {
  const names = root.children.map(({ element }) => element.name);
  const dropped = droppedColumns(names, drop, file);
  return { ...root, children: root.children.filter((_, place) => !dropped.has(place)) };
}

function readTable(file: string, footer: Uint8Array, { label, drop }: TableOptions): Description {
  const metadata = parquetMetadata(footer.slice().buffer);
  const root = withoutDropped(parquetSchema(metadata), drop, file);
  const nested = root.children.find(({ children, element }) => {
    return children.length > 0 || element.repetition_type === "REPEATED";
  });
  if (nested !== undefined) {
    const found = `column ${nested.element.name} holds lists or structures`;
    throw damagedData(file, "the table is not flat", "one value in each column and row", found, "flatten the table");
  }
  const names = root.children.map(({ element }) => element.name);
  const indices = pandasIndices(metadata);
  const rowNumbers = names.find((name) => PANDAS_INDEX.test(name) || ROW_NUMBERS.test(name) || indices.includes(name));
  if (rowNumbers !== undefined) {
    const fix = `leave the column out: --drop "${rowNumbers}" (pandas writes none with index=False)`;
    throw damagedData(file, "the table holds the index of pandas", "features and classes alone", rowNumbers, fix);
  }
  const times = root.children.find(({ element: { logical_type, converted_type } }) => {
    return [logical_type?.type, converted_type].some((type) => type !== undefined && TIMES.test(type));
  });
  if (times !== undefined) {
    const { name, logical_type, converted_type } = times.element;
    const found = `${logical_type?.type ?? converted_type}`;
    const fix = `leave the column out: --drop "${name}", or turn times into numbers that mean something here`;
    throw damagedData(file, `column ${name} holds times`, "numbers or booleans, and one column of classes", found, fix);
  }
  const described = { metadata, columns: root.children, root, label: labelColumn(names, label, file) };
  requireSizes(file, described);
  return described;
}

/** Columns that pandas says are its index. */
function pandasIndices({ key_value_metadata = [] }: FileMetaData): readonly string[] {
  const text = key_value_metadata.find(({ key }) => key === "pandas")?.value;
  if (text === undefined) return [];
  const said: unknown = JSON.parse(text);
  const columns = typeof said === "object" && said !== null && "index_columns" in said ? said.index_columns : [];
  // A range of row numbers is an object here, and no column.
  return Array.isArray(columns) ? columns.filter((column) => typeof column === "string") : [];
}

/** Bounds what will be decoded, whatever the file promises. */
function requireSizes(file: string, { metadata, columns }: Description): void {
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const rows = groups.reduce((sum, own) => sum + own, 0);
  const possible = groups.every((own) => own >= 0 && own <= MAX_GROUP_ROWS);
  const most = groups.reduce((largest, own) => Math.max(largest, own), 0);
  if (possible && rows === Number(metadata.num_rows) && most * columns.length <= MAX_GROUP_VALUES) return;
  throw damagedData(
    file,
    "the table is too large, or contradicts itself",
    `at most ${MAX_GROUP_ROWS} rows and ${MAX_GROUP_VALUES} values in a row group`,
    `${metadata.num_rows} rows, ${rows} in the row groups, at most ${most} in one, ${columns.length} columns`,
    "write the file with smaller row groups, for example with to_parquet(file, row_group_size=100_000)",
  );
}

/** @param first the group's first row, for messages */
async function readGroup(table: Table, group: RowGroup, rows: number, first: number): Promise<RowChunk> {
  const { folder, file, columns, label } = table;
  const features = columns.length - 1;
  const inputs = new Float32Array(rows * features);
  const labels: string[] = [];
  for (const [place, column] of columns.entries()) {
    const { metadata, begin, end } = attempt(file, () => placeOf(table, group, column));
    const bytes = await folder.readRange(file, begin, end - begin);
    const paged: PagedColumn = { schemaPath: [table.root, column], metadata, bytes, rows };
    const where = (row: number) => `${file}, row ${first + row} (from 0), column ${column.element.name}`;
    attempt(file, () => {
      let row = 0;
      for (const page of columnPages(paged) as Iterable<ArrayLike<Cell>>) {
        // Plain loops: a table of pictures has a hundred million cells.
        for (let index = 0; index < page.length; index++, row++) {
          if (place === label) labels.push(className(page[index], row, where));
          else inputs[row * features + (place < label ? place : place - 1)] = numberOf(page[index], row, where);
        }
      }
    });
  }
  const names = columns.filter((_, place) => place !== label).map(({ element }) => element.name);
  return { sampleShape: [features], inputs, labels, features: names };
}

/** Where the pages of a column lie. */
function placeOf({ file, size }: Table, group: RowGroup, column: SchemaTree) {
  const { name } = column.element;
  const metadata = group.columns.find(({ meta_data: own }) => own?.path_in_schema.join() === name)?.meta_data;
  // Some writers leave out the dictionary's place, or write 0.
  const begin = Number(metadata?.dictionary_page_offset || metadata?.data_page_offset);
  const end = begin + Number(metadata?.total_compressed_size);
  if (metadata === undefined || !(begin >= 4 && begin < end && end <= size)) {
    const found = metadata === undefined ? "none" : `bytes ${begin} to ${end} of ${size}`;
    throw damagedData(file, "a column is not in the file", `the pages of column ${name}`, found, WRITE_AGAIN);
  }
  return { metadata, begin, end };
}

type Place = (row: number) => string;

function numberOf(cell: Cell, row: number, where: Place): number {
  const value =
    typeof cell === "string" || cell === null || cell === undefined ? Number.NaN : Math.fround(Number(cell));
  if (Number.isFinite(value)) return value;
  throw cellFault("this is no number", "a finite number", cell, where(row));
}

function className(cell: Cell, row: number, where: Place): string {
  const name = typeof cell === "string" ? cell.trim() : cell;
  const isName = typeof name === "number" ? Number.isFinite(name) : name !== null && name !== undefined && name !== "";
  if (isName && ["string", "number", "bigint", "boolean"].includes(typeof name)) return String(name);
  throw cellFault("a class is missing", "text or a number", cell, where(row));
}

function cellFault(what: string, expected: string, cell: Cell, where: string): RunError {
  const found = cell === null || cell === undefined ? "nothing (null)" : `${String(cell).slice(0, 40)}`;
  return damagedData(where, what, expected, found, "fill in or leave out such rows, or leave columns out: --drop a,b");
}
