/**
 * The pages of a Parquet column, decoded by hyparquet one by one. hyparquet trusts the counts in a file: a few bytes can
 * promise a run of 2^31 values, for which it would fill the memory. So every count is held against the rows of the row
 * group before a page is decoded (format: https://parquet.apache.org/docs/file-format/data-pages/).
 */
import { gunzipSync } from "fflate";
import { decompress as unpackZstd } from "fzstd";
import type { ColumnMetaData, SchemaTree } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { decompressPage } from "hyparquet/src/datapage.js";

/** Writers aim at 1 MiB. */
const MAX_PAGE_BYTES = 2 ** 28;
/** Values that writers may add to fill the last group of a run of packed bits. */
const PACKED_PADDING = 512;
const DICTIONARY_ENCODINGS = ["PLAIN_DICTIONARY", "RLE_DICTIONARY"];
/** The others (deltas) repeat counts of their own in their values. */
const ENCODINGS = [...DICTIONARY_ENCODINGS, "PLAIN", "RLE", "BYTE_STREAM_SPLIT"];
/** Snappy is hyparquet's own. Each writes into a buffer of the announced size, so that no page is a bomb. */
const compressors = {
  GZIP: (input: Uint8Array, length: number) => gunzipSync(input, { out: new Uint8Array(length) }),
  ZSTD: (input: Uint8Array, length: number) => unpackZstd(input, new Uint8Array(length)),
};

type Header = ReturnType<typeof parquetHeader>;
type Decoder = Parameters<typeof readPage>[2];
export type PageValues = NonNullable<Parameters<typeof readPage>[3]>;

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

/**
 * Decoded values, page by page; missing ones are null or undefined.
 * @throws Error with the reason where a page is damaged or encoded in a way that is not read.
 */
export function* columnPages({ schemaPath, metadata, bytes, rows }: PagedColumn): Generator<PageValues> {
  const { element } = schemaPath.at(-1)!;
  const column = { ...metadata, pathInSchema: metadata.path_in_schema, element, schemaPath };
  const decoder: Decoder = { ...column, parsers: DEFAULT_PARSERS, codec: "UNCOMPRESSED" };
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary: PageValues | undefined;
  for (let done = 0; done < rows; ) {
    const header = parquetHeader(reader);
    const packed = bytes.subarray(reader.offset, reader.offset + pageBytes(header, bytes.length - reader.offset));
    reader.offset += packed.length;
    const page = unpacked(header, packed, metadata, element.repetition_type === "OPTIONAL", rows - done);
    const values = decoded(page, decoder, dictionary);
    if (header.type === "DICTIONARY_PAGE") dictionary = convert(values, decoder);
    else {
      requirePage(values.length === page.values, `${page.values} values`, `${values.length}`);
      done += values.length;
      yield values;
    }
  }
}

function requirePage(holds: boolean, expected: string, found: string): asserts holds {
  if (!holds) throw new PageFault(`a page is damaged or not read here: ${found} instead of ${expected}`);
}

/** Packed bytes of a page. */
function pageBytes({ compressed_page_size: packed, uncompressed_page_size: size }: Header, left: number): number {
  requirePage(packed >= 0 && packed <= left, `at most ${left} bytes`, `${packed}`);
  requirePage(size >= 0 && size <= MAX_PAGE_BYTES, `at most ${MAX_PAGE_BYTES} unpacked bytes`, `${size}`);
  return packed;
}

/** A page as if it had been written without compression. */
interface UnpackedPage {
  readonly header: Header;
  readonly bytes: Uint8Array;
  readonly values: number;
  readonly usesDictionary: boolean;
}

/** @param left rows of the row group that have not been read */
function unpacked(
  header: Header,
  packed: Uint8Array,
  { codec }: ColumnMetaData,
  optional: boolean,
  left: number,
): UnpackedPage {
  const size = header.uncompressed_page_size;
  if (header.type === "DICTIONARY_PAGE") {
    const values = header.dictionary_page_header?.num_values ?? -1;
    // A dictionary is written plain: a byte or more for each value.
    requirePage(values > 0 && values <= size, `1 to ${size} values of a dictionary`, `${values}`);
    return plainPage(header, decompressPage(packed, size, codec, compressors), values, false);
  }
  const facts = header.data_page_header ?? header.data_page_header_v2;
  requirePage(facts !== undefined, "a page of data", `${header.type}`);
  const { num_values: values, encoding } = facts;
  requirePage(values > 0 && values <= left, `1 to ${left} values`, `${values}`);
  requirePage(ENCODINGS.includes(encoding), ENCODINGS.join(", "), `encoding ${encoding}`);
  const usesDictionary = DICTIONARY_ENCODINGS.includes(encoding);
  const { bytes, begin } =
    header.type === "DATA_PAGE_V2"
      ? unpackedSecond(header, packed, codec)
      : unpackedFirst(decompressPage(packed, size, codec, compressors), optional, values);
  if (usesDictionary) requireRuns(bytes, begin + 1, bytes.length, bytes[begin] ?? 0, values);
  if (encoding === "RLE") requireRuns(bytes, begin + 4, bytes.length, 1, values);
  return plainPage(header, bytes, values, usesDictionary);
}

function plainPage(header: Header, bytes: Uint8Array, values: number, usesDictionary: boolean): UnpackedPage {
  const length = bytes.length;
  const second = header.data_page_header_v2 && { ...header.data_page_header_v2, is_compressed: false };
  const plain = { ...header, compressed_page_size: length, uncompressed_page_size: length };
  const whole = second === undefined ? plain : { ...plain, data_page_header_v2: second };
  return { header: whole, bytes, values, usesDictionary };
}

/** Version 1: levels, with their length, and values are compressed together. `begin` is where the values begin. */
function unpackedFirst(bytes: Uint8Array, optional: boolean, values: number) {
  if (!optional) return { bytes, begin: 0 };
  requirePage(bytes.length >= 4, "the length of the levels", `${bytes.length} bytes`);
  const begin = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  requirePage(begin <= bytes.length, `levels within ${bytes.length} bytes`, `${begin}`);
  requireRuns(bytes, 4, begin, 1, values);
  return { bytes, begin };
}

/** Version 2: levels stand uncompressed before the values. */
function unpackedSecond(header: Header, packed: Uint8Array, codec: ColumnMetaData["codec"]) {
  const { definition_levels_byte_length: begin, ...facts } = header.data_page_header_v2!;
  const repeated = facts.repetition_levels_byte_length;
  requirePage(repeated === 0 && facts.num_rows === facts.num_values, "one value a row", `${facts.num_rows} rows`);
  requirePage(begin >= 0 && begin <= packed.length, `levels within ${packed.length} bytes`, `${begin}`);
  requireRuns(packed, 0, begin, 1, facts.num_values);
  const size = header.uncompressed_page_size - begin;
  const values = packed.subarray(begin);
  const plain = facts.is_compressed === false ? values : decompressPage(values, size, codec, compressors);
  const bytes = new Uint8Array(begin + plain.length);
  bytes.set(packed.subarray(0, begin));
  bytes.set(plain, begin);
  return { bytes, begin };
}

/** Runs of equal values and of packed bits, in `bytes` from `at` to `end`, none longer than what is left of `count`. */
function requireRuns(bytes: Uint8Array, at: number, end: number, width: number, count: number): void {
  requirePage(width <= 32, "values of at most 32 bits", `${width}`);
  let left = count;
  while (left > 0 && at < end) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      requirePage(shift < 35, "a run of a length", "one that does not end");
      head += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const packed = head % 2 === 1;
    const run = Math.floor(head / 2) * (packed ? 8 : 1);
    requirePage(run <= left + (packed ? PACKED_PADDING : 0), `a run of at most ${left} values`, `${run}`);
    at += packed ? (run / 8) * width : Math.ceil(width / 8);
    left -= run;
  }
}

function decoded({ header, bytes, usesDictionary }: UnpackedPage, decoder: Decoder, dictionary?: PageValues) {
  requirePage(!usesDictionary || dictionary !== undefined, "a dictionary before the page", "none");
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const { data } = readPage(reader, header, decoder, dictionary, undefined, 0);
  requirePage(data !== undefined, "values", "none");
  return data;
}
