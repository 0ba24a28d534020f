/** Arrays as .npy (NumPy Enhancement Proposal 1): magic, version, a Python dictionary as text, then the numbers. */
import type { Refuse } from "../refuse.ts";
import { type FloatType, float32Bytes, floatBytes, readFloats, sizeOf, type Tensor, transposed } from "../tensor.ts";

const MAGIC = "\u0093NUMPY";
/** NumPy's own bound. */
const MOST_HEADER_BYTES = 10_000;
/** The numbers begin at a multiple of this. */
const ALIGNMENT = 64;
/** Bytes of a character of `U` arrays (UCS-4). */
const CHARACTER_BYTES = 4;

const floatTypes: Readonly<Record<string, FloatType>> = { f2: "float16", f4: "float32", f8: "float64" };

export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 10 && String.fromCharCode(...bytes.subarray(0, 6)) === MAGIC;
}

interface NpyHeader {
  readonly type: string;
  readonly columnMajor: boolean;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

function headerText(bytes: Uint8Array, name: string, refuse: Refuse): { readonly text: string; readonly end: number } {
  const version = bytes[6] ?? 0;
  const start = version === 1 ? 10 : 12;
  if (!isNpy(bytes) || bytes.length < start || version < 1 || version > 3 || bytes[7] !== 0) {
    const found = `${bytes.length} bytes, version ${version}.${bytes[7] ?? 0}`;
    return refuse({ what: `${name} is no .npy array`, expected: "the magic and version 1.0 to 3.0", found });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const most = Math.min(MOST_HEADER_BYTES, bytes.length - start);
  if (length > most) {
    refuse({ what: `the header of ${name} is too long`, expected: `at most ${most} bytes`, found: `${length} bytes` });
  }
  return { text: new TextDecoder().decode(bytes.subarray(start, start + length)), end: start + length };
}

function parseHeader(bytes: Uint8Array, name: string, refuse: Refuse): NpyHeader {
  const { text, end } = headerText(bytes, name, refuse);
  const entry = /'(\w+)':\s*(?:'([^']*)'|(True|False)|\(([\d,\s]*)\))/g;
  const entries = new Map(
    [...text.matchAll(entry)].map(([, key, ...values]) => [key, values.find((v) => v !== undefined)]),
  );
  const [type, order, shape] = ["descr", "fortran_order", "shape"].map((key) => entries.get(key));
  const complete = /^[{},\s]*$/.test(text.replaceAll(entry, "")) && entries.size === 3;
  if (!complete || type === undefined || shape === undefined || (order !== "True" && order !== "False")) {
    const expected = "descr, fortran_order and shape of a plain array";
    return refuse({ what: `the header of ${name} is not understood`, expected, found: text.trim() });
  }
  const extents = shape.split(",").filter((extent) => extent.trim() !== "");
  return { type, columnMajor: order === "True", shape: extents.map(Number), data: bytes.subarray(end) };
}

function requireBytes({ data, shape, type }: NpyHeader, elementBytes: number, name: string, refuse: Refuse): void {
  const wanted = sizeOf(shape) * elementBytes;
  if (data.length === wanted && shape.every((extent) => Number.isInteger(extent) && extent > 0)) return;
  const expected = `${wanted} bytes for shape (${shape.join(", ")}) of ${type}`;
  refuse({ what: `${name} does not have the numbers of its shape`, expected, found: `${data.length} bytes` });
}

/** A text in an array without dimensions, or undefined where the array is none. */
function textOf(header: NpyHeader, name: string, refuse: Refuse): string | undefined {
  const characters = /^<U(\d+)$/.exec(header.type)?.[1];
  if (characters === undefined || header.shape.length > 0) return undefined;
  requireBytes(header, Number(characters) * CHARACTER_BYTES, name, refuse);
  const { data } = header;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const codes = Array.from({ length: Number(characters) }, (_, index) => view.getUint32(index * CHARACTER_BYTES, true));
  return codes.every((code) => code < 128) ? String.fromCharCode(...codes.filter((code) => code > 0)) : undefined;
}

/** A tensor of real numbers, or a text. */
export type NpyContent = { readonly tensor: Tensor } | { readonly text: string };

/** @throws RunError for damage, and for arrays of anything but real numbers or one ASCII text. */
export function decodeNpy(bytes: Uint8Array, name: string, refuse: Refuse): NpyContent {
  const header = parseHeader(bytes, name, refuse);
  const text = textOf(header, name, refuse);
  if (text !== undefined) return { text };
  const { type, columnMajor, shape, data } = header;
  const floatType = floatTypes[type.slice(1)];
  if (floatType === undefined || !"<>".includes(type[0]!)) {
    const fix = "convert the array in NumPy: array.astype(numpy.float32)";
    return refuse({ what: `${name} holds no real numbers`, expected: "float16, float32 or float64", found: type, fix });
  }
  requireBytes(header, floatBytes[floatType], name, refuse);
  const values = readFloats(data, floatType, type[0] === "<");
  const [rows, columns] = shape;
  if (!columnMajor || rows === undefined || columns === undefined) return { tensor: { name, shape, values } };
  if (shape.length > 2) refuse({ what: `${name} is no matrix`, expected: "2 dimensions", found: `${shape.length}` });
  return { tensor: { name, shape, values: transposed(values, columns, rows) } };
}

/** @param shape as Python writes it: `(3, 4)`, `(3,)`, `()`. */
function withHeader(type: string, shape: string, data: Uint8Array): Uint8Array {
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`;
  const prefix = 10;
  const length = Math.ceil((prefix + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - prefix;
  const bytes = new Uint8Array(prefix + length + data.length);
  bytes.set([...MAGIC].map((character) => character.charCodeAt(0)));
  bytes.set([1, 0], MAGIC.length);
  new DataView(bytes.buffer).setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), prefix);
  bytes.set(data, prefix + length);
  return bytes;
}

/** A float32 array in row-major order. */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  return withHeader("<f4", `(${extents})`, float32Bytes(values));
}

/** An ASCII text as an array without dimensions, which numpy.load reads without pickle. */
export function encodeNpyText(text: string): Uint8Array {
  const codes = Uint32Array.from(text, (character) => character.charCodeAt(0));
  const data = new Uint8Array(codes.length * CHARACTER_BYTES);
  const view = new DataView(data.buffer);
  for (const [index, code] of codes.entries()) view.setUint32(index * CHARACTER_BYTES, code, true);
  return withHeader(`<U${codes.length}`, "()", data);
}
