/**
 * The NPY format of numpy (numpy.lib.format, versions 1.0 to 3.0), read and written: a magic, the length of the header, a
 * Python dictionary with type, order and shape, and the values.
 */
import { isLittleEndian } from "../core/byte-order.ts";
import { RunError } from "../core/errors.ts";
import { float32Bytes } from "./float32-bytes.ts";
import { halfToNumber } from "./half-float.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Whitespace in one place only between any two signs, so that no text makes the match go back. */
const HEADER =
  /^\{\s*(?:'(?:descr|fortran_order|shape)'\s*:\s*(?:'[^']*'|True|False|\([\d\s,]*\))\s*(?:,\s*)?){3}\}\s*$/;
/** numpy's own bound. */
const LONGEST_HEADER = 10_000;
/** Of version 1.0: what comes before the dictionary. */
const SHORT_PREFIX_BYTES = 10;
/** numpy lets the values begin at a multiple of this. */
const ALIGNMENT = 64;
/** Bytes of a character of `U` arrays (UCS-4). */
const CHARACTER_BYTES = 4;
const WRITE_AGAIN = "write the file again with numpy.save or numpy.savez";

type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Whether a file begins as an array of numpy. */
export function isNpy(file: Uint8Array): boolean {
  return file.length >= SHORT_PREFIX_BYTES && MAGIC.every((byte, index) => file[index] === byte);
}

/** An array of numpy. Booleans are bytes; half precision widens to float32, 64-bit integers to float64; text stays text. */
export interface NpyArray {
  /** numpy's name of the type without the byte order, for example `f4`, `i8`, `U12`. */
  readonly type: string;
  /** May be empty: a single value. */
  readonly shape: readonly number[];
  /** [product of shape], row-major, whatever the order in the file. */
  readonly values: NumberArray | readonly string[];
}

/** Reads the value at an offset. */
type Item = (view: DataView, offset: number, little: boolean) => number;

interface NumberType {
  readonly make: (length: number) => NumberArray;
  readonly item: Item;
}

const numberTypes: Readonly<Record<string, NumberType>> = {
  b1: { make: (length) => new Uint8Array(length), item: (view, at) => view.getUint8(at) },
  u1: { make: (length) => new Uint8Array(length), item: (view, at) => view.getUint8(at) },
  i1: { make: (length) => new Int8Array(length), item: (view, at) => view.getInt8(at) },
  u2: { make: (length) => new Uint16Array(length), item: (view, at, little) => view.getUint16(at, little) },
  i2: { make: (length) => new Int16Array(length), item: (view, at, little) => view.getInt16(at, little) },
  u4: { make: (length) => new Uint32Array(length), item: (view, at, little) => view.getUint32(at, little) },
  i4: { make: (length) => new Int32Array(length), item: (view, at, little) => view.getInt32(at, little) },
  u8: { make: (length) => new Float64Array(length), item: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { make: (length) => new Float64Array(length), item: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: {
    make: (length) => new Float32Array(length),
    item: (view, at, little) => halfToNumber(view.getUint16(at, little)),
  },
  f4: { make: (length) => new Float32Array(length), item: (view, at, little) => view.getFloat32(at, little) },
  f8: { make: (length) => new Float64Array(length), item: (view, at, little) => view.getFloat64(at, little) },
};

/**
 * Parses a whole NPY file. Bytes of the result are a view into `file` where its order allows.
 * @param where the file's name, for messages.
 * @throws RunError where it is not NPY, of a type that is no number or text, or of another length than its header says.
 */
export function parseNpy(file: Uint8Array, where: string): NpyArray {
  const layout = npyLayout(file, file.length, where);
  const { type, shape, first, columnMajor } = layout;
  return {
    type,
    shape,
    values: npyValues(file.subarray(first), layout, columnMajor ? columnMajorPlaces(shape) : undefined),
  };
}

/** What the header of an NPY file says. */
export interface NpyLayout {
  /** numpy's name of the type without the byte order. */
  readonly type: string;
  readonly descr: string;
  readonly shape: readonly number[];
  /** Whether the first axis runs fastest in the file. */
  readonly columnMajor: boolean;
  /** Bytes of a value. */
  readonly width: number;
  /** Offset of the first value. */
  readonly first: number;
}

/**
 * @param begin the file, or as much of its beginning as `npyHeaderBytes`
 * @param size bytes of the whole file
 * @throws RunError as `parseNpy`
 */
export function npyLayout(begin: Uint8Array, size: number, where: string): NpyLayout {
  const { descr, fortran, shape, first } = readHeader(begin, size, where);
  const type = descr.slice(1);
  const width = itemBytes(type, descr, where);
  const count = shape.reduce((product, length) => product * length, 1);
  const length = size - first;
  if (!Number.isSafeInteger(count * width) || count * width !== length) {
    throw new RunError({
      what: count * width > length ? "the array is truncated" : "the file goes on after its last value",
      where,
      expected: `${count * width} bytes for shape (${shape.join(", ")}) of type ${descr}`,
      found: `${length} bytes`,
      fix: WRITE_AGAIN,
    });
  }
  return { type, descr, shape, columnMajor: fortran && shape.length > 1, width, first };
}

/** Values from their bytes; unsigned bytes and, where they can be, float32 are a view. @param places of the values, where they are not in order */
export function npyValues(bytes: Uint8Array, { type, descr, width }: NpyLayout, places?: Places): NpyArray["values"] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / width;
  if (type.startsWith("U")) return textValues(view, count, width, descr, places);
  if (places === undefined) {
    if (type === "u1") return bytes;
    const inPlace = isLittleEndian && descr[0] !== ">" && bytes.byteOffset % width === 0;
    if (type === "f4" && inPlace) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  }
  return numberValues(view, count, width, descr, places);
}

function numberValues(view: DataView, count: number, width: number, descr: string, places: Places): NumberArray {
  const { make, item } = numberTypes[descr.slice(1)]!;
  const little = descr[0] !== ">";
  const values = make(count);
  for (let index = 0; index < count; index++) values[index] = item(view, placed(places, index) * width, little);
  return values;
}

/** Text of fixed length, four bytes a character, filled up with zeros. */
function textValues(view: DataView, count: number, width: number, descr: string, places: Places): string[] {
  const little = descr[0] !== ">";
  return Array.from({ length: count }, (_, index) => {
    let value = "";
    for (let at = 0; at < width; at += CHARACTER_BYTES) {
      const code = view.getUint32(placed(places, index) * width + at, little);
      if (code !== 0) value += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    }
    return value;
  });
}

/** Place in the file of each value in row-major order; undefined where the file has that order. */
type Places = Uint32Array | undefined;

function placed(places: Places, index: number): number {
  return places === undefined ? index : places[index]!;
}

export function columnMajorPlaces(shape: readonly number[]): Uint32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const places = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    let rest = index;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place = place * shape[axis]! + (rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    places[index] = place;
  }
  return places;
}

/** Bytes of one value. @throws RunError for types that are neither numbers nor text */
function itemBytes(type: string, descr: string, where: string): number {
  const digits = Number(type.slice(1));
  if (/^[<>|=]$/.test(descr[0] ?? "") && (type in numberTypes || /^U[1-9]\d{0,5}$/.test(type))) {
    return type.startsWith("U") ? CHARACTER_BYTES * digits : digits;
  }
  if (type.startsWith("O")) {
    throw new RunError({
      what: "the array holds Python objects, which are pickled and not read",
      where,
      expected: "numbers or text",
      found: `type ${descr} (dtype=object)`,
      fix: 'before it is saved, convert numbers with astype("float32"), text with astype(str), rows of unequal length to one length',
    });
  }
  throw new RunError({
    what: "the array is of a type that is not read",
    where,
    expected: "booleans, integers of 8 to 64 bits, floats of 16 to 64 bits, or text (U)",
    found: `type ${descr}`,
    fix: "convert it with astype() before it is saved",
  });
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Offset of the first value. */
  readonly first: number;
}

/** Bytes from which `npyHeaderBytes` tells how long the header is. */
export const NPY_PREFIX_BYTES = 12;

/**
 * Bytes of the header, up to the first value.
 * @param prefix the first NPY_PREFIX_BYTES of the file, or all of it
 * @param size bytes of the whole file
 * @throws RunError where it is not NPY
 */
export function npyHeaderBytes(prefix: Uint8Array, size: number, where: string): number {
  const version = prefix[6] ?? 0;
  const begin = 8 + (version === 1 ? 2 : 4);
  if (!isNpy(prefix) || version < 1 || version > 3 || prefix[7] !== 0 || size < begin) {
    throw notNpy(where, isNpy(prefix) ? `version ${version}.${prefix[7]}` : `${size} bytes that begin otherwise`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const first = begin + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (first > size || first > begin + LONGEST_HEADER) {
    throw notNpy(where, `a header of ${first} bytes in a file of ${size}`);
  }
  return first;
}

function readHeader(file: Uint8Array, size: number, where: string): Header {
  const first = npyHeaderBytes(file, size, where);
  const begin = file[6] === 1 ? SHORT_PREFIX_BYTES : NPY_PREFIX_BYTES;
  const text = new TextDecoder("latin1").decode(file.subarray(begin, first));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  // Structured types have a list in the place of the name.
  if (!HEADER.test(text) || descr === undefined || order === undefined || shape === undefined) {
    throw notNpy(where, `the header ${text.trim().slice(0, 100)}`);
  }
  const sizes = shape.split(",").filter((size) => size.trim() !== "");
  return { descr, fortran: order === "True", shape: sizes.map(Number), first };
}

/**
 * An NPY file of version 1.0, row-major.
 * @param type numpy's name of the type, with the byte order
 * @param data the values' bytes
 */
function npyFile(type: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", "); // as Python writes it: (3, 4), (3,), ()
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const first = Math.ceil((SHORT_PREFIX_BYTES + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = first - SHORT_PREFIX_BYTES;
  const file = new Uint8Array(first + data.length);
  file.set([...MAGIC, 1, 0]);
  new DataView(file.buffer).setUint16(MAGIC.length + 2, length, true);
  file.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), SHORT_PREFIX_BYTES);
  file.set(data, first);
  return file;
}

/** A float32 array in row-major order. */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  return npyFile("<f4", shape, float32Bytes(values));
}

/** An ASCII text as an array without dimensions, which numpy.load reads without pickle. */
export function encodeNpyText(text: string): Uint8Array {
  const data = new DataView(new ArrayBuffer(text.length * CHARACTER_BYTES));
  for (let at = 0; at < text.length; at++) data.setUint32(at * CHARACTER_BYTES, text.charCodeAt(at), true);
  return npyFile(`<U${text.length}`, [], new Uint8Array(data.buffer));
}

function notNpy(where: string, found: string): RunError {
  const expected = "an NPY file with type, order and shape in its header";
  return new RunError({ what: "this is not an array of numpy", where, expected, found, fix: WRITE_AGAIN });
}
