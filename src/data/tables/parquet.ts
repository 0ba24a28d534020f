/** Parquet tables: a flat column for each feature, of numbers or booleans, and one that holds the classes. */
import { type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree } from "hyparquet";
import { RunError, UsageError } from "../../core/errors.ts";
import type { DataFolder } from "../../core/platform.ts";
import { damagedData, type Part, type RowChunk } from "../rows.ts";
import { droppedColumns, labelColumn, ROW_NUMBERS, type TableOptions } from "./label-column.ts";
import { columnPages, type PagedColumn } from "./parquet-pages.ts";
import { thriftEnd } from "./parquet-thrift.ts";

/** What is decoded at once; pandas makes a row group of a million rows. */
const MAX_GROUP_ROWS = 2 ** 24;
const MAX_GROUP_VALUES = 2 ** 30;
/** A file may hold so many values, and so many more for each of its bytes: columns of one value take hardly any. */
const [FREE_VALUES, VALUES_A_BYTE] = [2 ** 22, 1000];
/** A row group of a thousand columns takes a tenth of a megabyte. */
const MAX_METADATA_BYTES = 2 ** 26;
/** Packed bytes of a column of a row group, which are read at once. */
const MAX_COLUMN_BYTES = 2 ** 30;
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
  readonly metadata: FileMetaData;
  readonly columns: readonly SchemaTree[];
  readonly root: SchemaTree;
  /** Place of the column of classes. */
  readonly label: number;
  /** [row groups]: where the pages of each column lie. */
  readonly places: readonly Places[];
}

type RowGroup = FileMetaData["row_groups"][number];
/** Undefined where a page points outside its dictionary; objects where a column holds times or JSON. */
type Cell = number | bigint | boolean | string | object | null | undefined;

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
  const table: Table = { folder, file, ...attempt(file, () => readTable(file, size, footer, options)) };
  const all = Number(table.metadata.num_rows);
  let row = 0;
  for (const [group, { num_rows }] of table.metadata.row_groups.entries()) {
    const rows = Number(num_rows);
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
    const found = cause instanceof TypeError ? "a description that lacks parts" : cause.message;
    throw new RunError({ ...fault, expected: "whole pages", found, fix: WRITE_AGAIN }, { cause });
  }
}

type Description = Omit<Table, "folder" | "file">;

/** The tree of columns without those that are left out. */
function withoutDropped(root: SchemaTree, drop: TableOptions["drop"], file: string): SchemaTree {
  const names = root.children.map(({ element }) => element.name);
  const dropped = droppedColumns(names, drop, file);
  return { ...root, children: root.children.filter((_, place) => !dropped.has(place)) };
}

/** @param size bytes of the file */
function readTable(file: string, size: number, footer: Uint8Array, { label, drop }: TableOptions): Description {
  if (thriftEnd(footer, 0) !== footer.length - 8) throw new Error("a description of another length than it says");
  const metadata = parquetMetadata(footer.slice().buffer, { geoparquet: false });
  requireFlat(file, metadata);
  const root = withoutDropped(flatRoot(parquetSchema(metadata)), drop, file);
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
  requireSizes(file, size, described);
  return { ...described, places: columnPlaces(file, size, described) };
}

/** Before the tree of columns is built, which a file can make as deep as it likes. */
function requireFlat(file: string, { schema: [root, ...columns] }: FileMetaData): void {
  const nested = columns.find(({ num_children, repetition_type }) => num_children || repetition_type === "REPEATED");
  if (nested !== undefined) {
    const found = `column ${nested.name} holds lists or structures`;
    throw damagedData(file, "the table is not flat", "one value in each column and row", found, "flatten the table");
  }
  if (root?.num_children !== columns.length) {
    throw new Error(`${columns.length} columns instead of the ${root?.num_children} that are announced`);
  }
  const names = new Set<string>();
  for (const { name, repetition_type } of columns) {
    if (names.has(name)) throw new Error(`two columns named ${name}`);
    names.add(name);
    if (repetition_type === undefined)
      throw new Error(`column ${name}, of which it is not said whether values may be missing`);
  }
}

/** Nothing is repeated in a flat table, whatever the file says of its root. */
function flatRoot(root: SchemaTree): SchemaTree {
  return { ...root, element: { ...root.element, repetition_type: "REQUIRED" } };
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

type Columns = Pick<Table, "metadata" | "columns">;

/** Bounds what will be decoded, whatever the file promises. @param size bytes of the file */
function requireSizes(file: string, size: number, { metadata, columns }: Columns): void {
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const rows = groups.reduce((sum, own) => sum + own, 0);
  const possible = groups.every((own) => own >= 0 && own <= MAX_GROUP_ROWS);
  const most = groups.reduce((largest, own) => Math.max(largest, own), 0);
  const values = FREE_VALUES + VALUES_A_BYTE * size;
  const small = most * columns.length <= MAX_GROUP_VALUES && rows * columns.length <= values;
  if (possible && rows === Number(metadata.num_rows) && small) return;
  throw damagedData(
    file,
    "the table is too large, or contradicts itself",
    `at most ${MAX_GROUP_ROWS} rows and ${MAX_GROUP_VALUES} values in a row group, and ${values} values in ${size} bytes`,
    `${metadata.num_rows} rows, ${rows} in the row groups, at most ${most} in one, ${columns.length} columns`,
    "write the file with smaller row groups, for example with to_parquet(file, row_group_size=100_000)",
  );
}

/**
 * @param group its number
 * @param first the group's first row, for messages
 */
async function readGroup(table: Table, group: number, rows: number, first: number): Promise<RowChunk> {
  const { folder, file, columns, label, places } = table;
  const features = columns.length - 1;
  const inputs = new Float32Array(rows * features);
  const labels: string[] = [];
  for (const [place, column] of columns.entries()) {
    const { metadata, begin, end } = places[group]!.get(column.element.name)!;
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
interface ColumnPlace {
  readonly metadata: NonNullable<RowGroup["columns"][number]["meta_data"]>;
  readonly begin: number;
  readonly end: number;
}

/** By the column's name. */
type Places = ReadonlyMap<string, ColumnPlace>;

/** [row groups]: places within the file that do not overlap. @throws RunError, or Error with the reason, for others */
function columnPlaces(file: string, size: number, { metadata, columns }: Columns): Places[] {
  const groups = metadata.row_groups.map((group) => {
    const found = new Map(group.columns.map((column) => [column.meta_data?.path_in_schema.join("."), column]));
    return new Map(
      columns.map((column) => {
        const { name } = column.element;
        return [name, placeOf(file, size, column, { ...found.get(name), rows: group.num_rows })] as const;
      }),
    );
  });
  const places = groups.flatMap((group) => [...group.values()]).sort((a, b) => a.begin - b.begin);
  const overlap = places.findIndex(({ begin }, index) => index > 0 && begin < places[index - 1]!.end);
  if (overlap !== -1) throw new Error(`two columns at byte ${places[overlap]!.begin} of the file`);
  return groups;
}

type FoundColumn = Partial<RowGroup["columns"][number]> & { readonly rows: bigint };

function placeOf(file: string, size: number, { element }: SchemaTree, found: FoundColumn): ColumnPlace {
  const { name, type } = element;
  const { meta_data: metadata, file_path, rows } = found;
  // Some writers leave out the dictionary's place, or write 0.
  const begin = Number(metadata?.dictionary_page_offset || metadata?.data_page_offset);
  const end = begin + Number(metadata?.total_compressed_size);
  if (metadata === undefined || !(begin >= 4 && begin < end && end <= size) || file_path) {
    const where = metadata === undefined ? "none" : `bytes ${begin} to ${end} of ${size} ${file_path ?? ""}`.trim();
    throw damagedData(file, "a column is not in the file", `the pages of column ${name}`, where, WRITE_AGAIN);
  }
  if (end - begin > MAX_COLUMN_BYTES) {
    const fix = "write the file with smaller row groups, for example with to_parquet(file, row_group_size=100_000)";
    const most = `at most ${MAX_COLUMN_BYTES} bytes of column ${name}`;
    throw damagedData(file, "a row group is too large", most, `${end - begin}`, fix);
  }
  if (metadata.type !== type) throw new Error(`column ${name} of type ${metadata.type} instead of ${type}`);
  if (Number(metadata.num_values) !== Number(rows)) {
    throw new Error(`${metadata.num_values} instead of ${rows} values in column ${name}`);
  }
  return { metadata, begin, end };
}

type Place = (row: number) => string;

/** Anything but these would become a number too, as a date or a list of one. */
function numberOf(cell: Cell, row: number, where: Place): number {
  const kind = typeof cell;
  const value = kind === "number" || kind === "bigint" || kind === "boolean" ? Math.fround(Number(cell)) : Number.NaN;
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
  const nothing = cell === undefined ? "nothing: the page points outside its dictionary" : "nothing (null)";
  const found = cell === null || cell === undefined ? nothing : `${String(cell).slice(0, 40)}`;
  return damagedData(where, what, expected, found, "fill in or leave out such rows, or leave columns out: --drop a,b");
}
