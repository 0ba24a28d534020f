/**
 * The pages of a Parquet column, decoded by hyparquet one by one. hyparquet trusts what a file says of itself, so every
 * count, size and checksum is held against the others before a page is decoded, and what it gets is one plain kind of page
 * (format: https://parquet.apache.org/docs/file-format/data-pages/).
 */
import type { ColumnMetaData, SchemaTree } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { crc32 } from "../../formats/crc32.ts";
import { unpackPage } from "./parquet-codecs.ts";
import { onesInRuns } from "./parquet-runs.ts";
import { thriftEnd } from "./parquet-thrift.ts";

/** Writers aim at 1 MiB. */
const MAX_PAGE_BYTES = 2 ** 28;
/** Values of a dictionary beyond the rows: categories that no row has are written, too. */
const MAX_SPARE_VALUES = 2 ** 20;
/** Of levels and places in a dictionary that a writer spends on a value, and on a page. */
const [SPARE_VALUE_BYTES, SPARE_PAGE_BYTES] = [16, 4096];
const DICTIONARY_ENCODINGS = ["PLAIN_DICTIONARY", "RLE_DICTIONARY"];
/** The others (deltas) repeat counts of their own in their values. */
const ENCODINGS = [...DICTIONARY_ENCODINGS, "PLAIN", "RLE", "BYTE_STREAM_SPLIT"];
const TYPE_BYTES: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };
const utf8 = new TextDecoder("utf-8", { fatal: true });
/** Text that is not UTF-8 would otherwise become text that other text becomes, too. */
const parsers = { ...DEFAULT_PARSERS, stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes) };

type Header = ReturnType<typeof parquetHeader>;
type Decoder = Parameters<typeof readPage>[2];
type PageValues = NonNullable<Parameters<typeof readPage>[3]>;

/** A flat column of one row group. */
export interface PagedColumn {
  readonly schemaPath: SchemaTree[];
  readonly metadata: ColumnMetaData;
  /** The column's part of the file. */
  readonly bytes: Uint8Array;
  /** Rows of the row group. */
  readonly rows: number;
}

/** What a page is not: the message says what is. */
class PageFault extends Error {}

function requirePage(holds: boolean, expected: string, found: string): asserts holds {
  if (!holds) throw new PageFault(`a page is damaged or not read here: ${found} instead of ${expected}`);
}

/**
 * Decoded values, page by page; missing ones are null or undefined.
 * @throws Error with the reason where a page is damaged or encoded in a way that is not read.
 */
export function* columnPages({ schemaPath, metadata, bytes, rows }: PagedColumn): Generator<PageValues> {
  const { element } = schemaPath.at(-1)!;
  const column = { ...metadata, pathInSchema: metadata.path_in_schema, element, schemaPath };
  const decoder: Decoder = { ...column, parsers, codec: "UNCOMPRESSED" };
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary: PageValues | undefined;
  for (let done = 0; done < rows; ) {
    const headEnd = thriftEnd(bytes, reader.offset);
    const header = parquetHeader(reader);
    const packed = packedPage(header, bytes.subarray(headEnd));
    reader.offset = headEnd + packed.length;
    if (header.type === "DICTIONARY_PAGE") {
      requirePage(done === 0 && dictionary === undefined, "a dictionary before all other pages", "a further one");
      dictionary = convert(decoded(dictionaryPage(header, packed, decoder, metadata, rows), decoder), decoder);
      continue;
    }
    const page = dataPage(header, packed, decoder, metadata, rows - done);
    requirePage(!page.usesDictionary || dictionary !== undefined, "a dictionary before the page", "none");
    const values = decoded(page, decoder, dictionary);
    requirePage(values.length === page.values, `${page.values} values`, `${values.length}`);
    done += values.length;
    yield values;
  }
}

/** The bytes behind a header, their checksum compared where there is one. */
function packedPage({ compressed_page_size: length, uncompressed_page_size: size, crc }: Header, rest: Uint8Array) {
  requirePage(length >= 0 && length <= rest.length, `at most ${rest.length} bytes`, `${length}`);
  requirePage(size >= 0 && size <= MAX_PAGE_BYTES, `at most ${MAX_PAGE_BYTES} unpacked bytes`, `${size}`);
  const packed = rest.subarray(0, length);
  if (crc !== undefined) {
    const [expected, found] = [Number(crc) >>> 0, crc32(packed)];
    requirePage(expected === found, `checksum ${hexadecimal(expected)}`, hexadecimal(found));
  }
  return packed;
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** A page as if it had been written in version 1 without compression, its counts and lengths found to be right. */
interface PlainPage {
  readonly header: Header;
  readonly bytes: Uint8Array;
  readonly values: number;
  readonly usesDictionary: boolean;
}

function dictionaryPage(
  header: Header,
  packed: Uint8Array,
  decoder: Decoder,
  { codec }: ColumnMetaData,
  rows: number,
): PlainPage {
  const { uncompressed_page_size: size, dictionary_page_header: facts } = header;
  const values = facts?.num_values ?? -1;
  const most = rows + MAX_SPARE_VALUES;
  requirePage(values > 0 && values <= most, `1 to ${most} values of a dictionary`, `${values}`);
  requireBelievable(size, values, decoder);
  const bytes = unpackPage(packed, size, codec);
  requirePlain(bytes, 0, values, decoder);
  return { header: { ...header, ...sizes(bytes) }, bytes, values, usesDictionary: false };
}

/** @param left rows of the row group that have not been read */
function dataPage(
  header: Header,
  packed: Uint8Array,
  decoder: Decoder,
  { codec }: ColumnMetaData,
  left: number,
): PlainPage {
  const facts = header.type === "DATA_PAGE_V2" ? header.data_page_header_v2 : header.data_page_header;
  requirePage(facts !== undefined, "a page of data", `${header.type}`);
  const { num_values: values, encoding } = facts;
  requirePage(values > 0 && values <= left, `1 to ${left} values`, `${values}`);
  requirePage(ENCODINGS.includes(encoding), ENCODINGS.join(", "), `encoding ${encoding}`);
  requireBelievable(header.uncompressed_page_size, values, decoder);
  const optional = decoder.element.repetition_type === "OPTIONAL";
  const { bytes, levels, begin } =
    header.type === "DATA_PAGE_V2"
      ? unpackedSecond(header, packed, codec, optional)
      : unpackedFirst(header, unpackPage(packed, header.uncompressed_page_size, codec), optional);
  const present = optional ? onesInRuns({ bytes, ...levels, width: 1, count: values }) : values;
  const missing = header.type === "DATA_PAGE_V2" ? header.data_page_header_v2!.num_nulls : values - present;
  requirePage(missing === values - present, `${values - present} missing values`, `${missing}`);
  requireValues(bytes, begin, present, encoding, decoder);
  const plain = { num_values: values, encoding, definition_level_encoding: "RLE", repetition_level_encoding: "RLE" };
  const first = { ...header, ...sizes(bytes), type: "DATA_PAGE", data_page_header: plain } as Header;
  return { header: first, bytes, values, usesDictionary: DICTIONARY_ENCODINGS.includes(encoding) };
}

function sizes({ length }: Uint8Array) {
  return { compressed_page_size: length, uncompressed_page_size: length };
}

/** Bounds what is unpacked by what the values can need. */
function requireBelievable(size: number, values: number, { type, element }: Decoder): void {
  if (type === "BYTE_ARRAY") return;
  const width = type === "FIXED_LEN_BYTE_ARRAY" ? (element.type_length ?? 0) : 0;
  const most = SPARE_PAGE_BYTES + (SPARE_VALUE_BYTES + width) * values;
  requirePage(size <= most, `at most ${most} bytes for ${values} values`, `${size}`);
}

interface UnpackedPage {
  readonly bytes: Uint8Array;
  /** Offsets of the runs that say which values there are. */
  readonly levels: { readonly first: number; readonly end: number };
  /** Where the values begin. */
  readonly begin: number;
}

/** Version 1: levels, with their length, and values are compressed together. */
function unpackedFirst(header: Header, bytes: Uint8Array, optional: boolean): UnpackedPage {
  if (!optional) return { bytes, levels: { first: 0, end: 0 }, begin: 0 };
  const encoding = header.data_page_header!.definition_level_encoding;
  requirePage(encoding === "RLE", "levels of encoding RLE", `${encoding}`);
  const end = lengthAt(bytes, 0);
  return { bytes, levels: { first: 4, end }, begin: end };
}

/** Version 2: levels stand uncompressed before the values; they get the length that version 1 has. */
function unpackedSecond(
  header: Header,
  packed: Uint8Array,
  codec: string | undefined,
  optional: boolean,
): UnpackedPage {
  const {
    definition_levels_byte_length: length,
    repetition_levels_byte_length: repeated,
    ...facts
  } = header.data_page_header_v2!;
  requirePage(repeated === 0 && facts.num_rows === facts.num_values, "one value a row", `${facts.num_rows} rows`);
  const most = optional ? Math.min(packed.length, header.uncompressed_page_size) : 0;
  requirePage(length >= 0 && length <= most, `levels within ${most} bytes`, `${length}`);
  const size = header.uncompressed_page_size - length;
  const values = packed.subarray(length);
  const plain = unpackPage(values, size, facts.is_compressed === false ? "UNCOMPRESSED" : codec);
  if (!optional) return { bytes: plain, levels: { first: 0, end: 0 }, begin: 0 };
  const begin = 4 + length;
  const bytes = new Uint8Array(begin + plain.length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(packed.subarray(0, length), 4);
  bytes.set(plain, begin);
  return { bytes, levels: { first: 4, end: begin }, begin };
}

/** Where a stretch ends that begins with its length in four bytes. */
function lengthAt(bytes: Uint8Array, first: number): number {
  requirePage(bytes.length >= first + 4, "a length in four bytes", `${bytes.length - first} bytes`);
  const end = first + 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(first, true);
  requirePage(end <= bytes.length, `runs within ${bytes.length} bytes`, `${end}`);
  return end;
}

function requireValues(bytes: Uint8Array, begin: number, count: number, encoding: string, decoder: Decoder): void {
  const { type } = decoder;
  const boolean = type === "BOOLEAN";
  if (DICTIONARY_ENCODINGS.includes(encoding)) {
    requirePage(!boolean, "another encoding for booleans", encoding);
    const width = bytes[begin] ?? 0;
    if (width > 0) onesInRuns({ bytes, first: begin + 1, end: bytes.length, width, count });
  } else if (encoding === "RLE") {
    requirePage(boolean, "another encoding for numbers and text", encoding);
    onesInRuns({ bytes, first: begin + 4, end: lengthAt(bytes, begin), width: 1, count });
  } else {
    requirePage(encoding === "PLAIN" || (!boolean && type !== "BYTE_ARRAY"), "another encoding", encoding);
    requirePlain(bytes, begin, count, decoder);
  }
}

/** Values that stand one after another fill the page. */
function requirePlain(bytes: Uint8Array, begin: number, count: number, { type, element }: Decoder): void {
  const expected = begin + (type === "BYTE_ARRAY" ? textBytes(bytes, begin, count) : plainBytes(type, element, count));
  requirePage(bytes.length === expected, `${expected} bytes for ${count} values`, `${bytes.length}`);
}

function plainBytes(type: string, { type_length: length }: Decoder["element"], count: number): number {
  if (type === "BOOLEAN") return Math.ceil(count / 8);
  const width = type === "FIXED_LEN_BYTE_ARRAY" ? length : TYPE_BYTES[type];
  requirePage(width !== undefined && width > 0, "values of a length", `type ${type} of length ${width}`);
  return count * width;
}

/** Each value has its length in four bytes before it. */
function textBytes(bytes: Uint8Array, begin: number, count: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = begin;
  for (let index = 0; index < count; index++) {
    requirePage(at + 4 <= bytes.length, `${count} texts`, `${index}`);
    at += 4 + view.getUint32(at, true);
  }
  return at - begin;
}

function decoded({ header, bytes }: PlainPage, decoder: Decoder, dictionary?: PageValues): PageValues {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const { data } = readPage(reader, header, decoder, dictionary, undefined, 0);
  requirePage(data !== undefined, "values", "none");
  return data;
}
