/** Weights, and texts beside them, as .npy arrays (NumPy Enhancement Proposal 1). */
import { parseNpy } from "../../formats/npy.ts";
import type { Refuse } from "../refuse.ts";
import { float32Bytes, type Tensor } from "../tensor.ts";

const MAGIC = "\u0093NUMPY";
/** The numbers begin at a multiple of this. */
const ALIGNMENT = 64;
/** Bytes of a character of `U` arrays (UCS-4). */
const CHARACTER_BYTES = 4;

/** Of headers of pickled arrays: lists of arrays that differ in shape. */
const OBJECTS = /'descr': *'\|O/;
const HEADER_START = 256;

const FLOAT_TYPES = ["f2", "f4", "f8"];
const ASCII = /^[\0-\x7f]*$/;

/** A tensor of real numbers, or a text. */
export type NpyContent = { readonly tensor: Tensor } | { readonly text: string };

/**
 * @param name of the array within the file.
 * @throws RunError for damage, and for arrays of anything but real numbers or one ASCII text.
 */
export function decodeNpy(bytes: Uint8Array, name: string, file: string, refuse: Refuse): NpyContent {
  if (OBJECTS.test(new TextDecoder("latin1").decode(bytes.subarray(0, HEADER_START)))) {
    const fix =
      "save each array by itself: numpy.savez('net.npz', **{f'W{i}': w for i, w in enumerate(weights)}, **{f'b{i}': b for i, b in " +
      "enumerate(biases)})";
    refuse({ what: `${name} is an array of Python objects`, expected: "an array of numbers", found: "objects", fix });
  }
  const { type, shape, values } = parseNpy(bytes, `${file}, array ${name}`);
  const [text] = values;
  if (shape.length === 0 && typeof text === "string" && ASCII.test(text)) return { text };
  if (!(values instanceof Float32Array || values instanceof Float64Array) || !FLOAT_TYPES.includes(type)) {
    const fix = "convert the array in NumPy: array.astype(numpy.float32)";
    return refuse({ what: `${name} holds no real numbers`, expected: "float16, float32 or float64", found: type, fix });
  }
  if (values.length === 0) {
    refuse({ what: `${name} is empty`, expected: "at least one number", found: `shape (${shape.join(", ")})` });
  }
  return { tensor: { name, shape, values } };
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
