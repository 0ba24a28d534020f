/**
 * The IDX format of MNIST and its kin, unsigned bytes only: two zero bytes, type 0x08, the rank, then one big-endian
 * 32-bit size per dimension, then the items. A damaged file is refused here, so that nothing later has to doubt it.
 */
import { RunError } from "../../core/errors.ts";

const UNSIGNED_BYTE = 0x08;
const MAX_RANK = 255;
const MAX_SIZE = 0xffffffff;
const FETCH_AGAIN = "fetch or write the file again; its size should match the publisher's";

/** An array of unsigned bytes. */
export interface IdxArray {
  /** At least one dimension, each at least 1; the first counts the items. */
  readonly shape: readonly number[];
  /** [product of shape], row-major. */
  readonly bytes: Uint8Array;
}

interface IdxHeader {
  readonly headerLength: number;
  readonly shape: readonly number[];
  /** Bytes of all items. */
  readonly length: number;
}

function parseHeader(file: Uint8Array, where: string): IdxHeader {
  const rank = readMagic(file, where);
  const headerLength = 4 + 4 * rank;
  if (file.length < headerLength) {
    throw new RunError({
      what: "the IDX header is cut off",
      where,
      expected: `${headerLength} header bytes for ${rank} dimensions`,
      found: `${file.length} bytes`,
      fix: FETCH_AGAIN,
    });
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { headerLength, shape, length: itemBytes(shape, where) };
}

/**
 * Bytes of an IDX file by its header, which 1024 bytes hold.
 * @throws RunError as `parseIdx` does for a header
 */
export function idxFileBytes(beginning: Uint8Array, where: string): number {
  const { headerLength, length } = parseHeader(beginning, where);
  return headerLength + length;
}

/**
 * Parses a whole IDX file. `bytes` of the result is a view into `file`, not a copy.
 * @param where the file's name, for messages.
 * @throws RunError where the file is empty, not IDX, not of unsigned bytes, truncated, or longer than its header says.
 */
export function parseIdx(file: Uint8Array, where: string): IdxArray {
  const { headerLength, shape, length } = parseHeader(file, where);
  const bytes = file.subarray(headerLength);
  if (bytes.length !== length) throw wrongLength(shape, length, bytes.length, where);
  return { shape, bytes };
}

/**
 * Encodes an array of unsigned bytes as an IDX file.
 * @throws RangeError where `bytes` does not fill `shape`, or a size does not fit the format.
 */
export function writeIdx({ shape, bytes }: IdxArray): Uint8Array<ArrayBuffer> {
  const length = shape.reduce((product, size) => product * size, 1);
  if (shape.length < 1 || shape.length > MAX_RANK) throw new RangeError(`IDX takes 1 to 255 dimensions: ${shape}`);
  if (shape.some((size) => !Number.isInteger(size) || size < 0 || size > MAX_SIZE)) {
    throw new RangeError(`IDX sizes are 32-bit unsigned integers: ${shape}`);
  }
  if (bytes.length !== length) throw new RangeError(`shape ${shape} takes ${length} bytes, got ${bytes.length}`);
  const file = new Uint8Array(4 + 4 * shape.length + length);
  file.set([0, 0, UNSIGNED_BYTE, shape.length]);
  const view = new DataView(file.buffer);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  file.set(bytes, 4 + 4 * shape.length);
  return file;
}

/** The rank from the four magic bytes. */
function readMagic(file: Uint8Array, where: string): number {
  if (file.length < 4) {
    throw new RunError({
      what: file.length === 0 ? "the file is empty" : "the file is too short for an IDX header",
      where,
      expected: "an IDX file: 4 magic bytes, the sizes, the items",
      found: `${file.length} bytes`,
      fix: FETCH_AGAIN,
    });
  }
  const [zero0, zero1, type, rank] = [file[0]!, file[1]!, file[2]!, file[3]!];
  if (zero0 !== 0 || zero1 !== 0 || type !== UNSIGNED_BYTE || rank === 0) {
    const gzip = zero0 === 0x1f && zero1 === 0x8b;
    const magic = Array.from(file.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new RunError({
      what: "this is not an IDX file of unsigned bytes",
      where,
      expected: "the magic bytes 00 00 08 and a rank of at least 1, for example 00 00 08 03 for images",
      found: gzip ? `${magic} (a gzip file)` : magic,
      fix: gzip ? "unpack it, or let its name end in .gz" : "check that this is the right file, and fetch it again",
    });
  }
  return rank;
}

/** How many bytes the items of a non-empty, believable shape take. */
function itemBytes(shape: readonly number[], where: string): number {
  if (shape.includes(0)) {
    throw new RunError({
      what: "the file holds no items",
      where,
      expected: "at least one item of at least one byte",
      found: `sizes ${shape.join(" x ")}`,
      fix: "write the file with its samples, or point to another data set",
    });
  }
  const length = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(length)) {
    throw new RunError({
      what: "the sizes in the IDX header are impossible",
      where,
      expected: "sizes whose product is the number of bytes that follow",
      found: `sizes ${shape.join(" x ")}, which no file can hold`,
      fix: FETCH_AGAIN,
    });
  }
  return length;
}

function wrongLength(shape: readonly number[], expected: number, found: number, where: string): RunError {
  return new RunError({
    what: found < expected ? "the file is truncated" : "the file goes on after its last item",
    where,
    expected: `${expected} bytes after the header, for sizes ${shape.join(" x ")}`,
    found: `${found} bytes after the header`,
    fix: FETCH_AGAIN,
  });
}
