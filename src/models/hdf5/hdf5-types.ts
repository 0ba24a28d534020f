/** Data types and shapes of HDF5 (File Format Specification 3.0, IV.A.2.b and d), as far as Keras uses them. */
import type { FloatType } from "../tensor.ts";
import type { Hdf5Bytes } from "./hdf5-bytes.ts";

/** `text`: fixed length, padded with 0. `heap-text`: its place in a global heap. */
export type Hdf5Type =
  | { readonly kind: "text" | "heap-text"; readonly bytes: number }
  | { readonly kind: "float"; readonly bytes: number; readonly type: FloatType; readonly littleEndian: boolean };

const classes = { float: 1, text: 3, variable: 9 } as const;
const MOST_DIMENSIONS = 32;

/** IEEE 754: sign bit, then place and size of exponent and mantissa, then the exponent's bias. */
const floats: readonly (readonly [type: FloatType, bytes: number, layout: string])[] = [
  ["float16", 2, "15 0 16 10 5 0 10 15"],
  ["float32", 4, "31 0 32 23 8 0 23 127"],
  ["float64", 8, "63 0 64 52 11 0 52 1023"],
];

function floatAt(file: Hdf5Bytes, offset: number, size: number): Hdf5Type {
  const flags = file.u8(offset + 1);
  const fields = [file.u8(offset + 2), file.u16(offset + 8), file.u16(offset + 10)];
  const bits = [12, 13, 14, 15].map((at) => file.u8(offset + at));
  const layout = [...fields, ...bits, file.u32(offset + 16)].join(" ");
  const float = floats.find(([, bytes, usual]) => bytes === size && usual === layout);
  // Bit 0: big-endian; bits 4 and 5: the mantissa's highest bit is implied.
  if (float === undefined || (flags & 0b0111_1110) !== 0b0010_0000) {
    return file.damaged(offset, "an IEEE 754 type of 16, 32 or 64 bits", `${size} bytes laid out ${layout}`);
  }
  return { kind: "float", bytes: size, type: float[0], littleEndian: (flags & 1) === 0 };
}

export function typeAt(file: Hdf5Bytes, offset: number): Hdf5Type {
  const kind = file.u8(offset) & 15;
  const bytes = file.u32(offset + 4);
  if (kind === classes.float) return floatAt(file, offset, bytes);
  if (kind === classes.text) return { kind: "text", bytes };
  const isText = (file.u8(offset + 1) & 15) === 1;
  if (kind === classes.variable && isText && bytes === 16) return { kind: "heap-text", bytes };
  return file.damaged(offset, "a type of real numbers or texts", `class ${kind}`);
}

/** Extents; none for a scalar, and one of 0 for the null space. */
export function shapeAt(file: Hdf5Bytes, offset: number): readonly number[] {
  const version = file.u8(offset);
  const rank = file.u8(offset + 1);
  if ((version !== 1 && version !== 2) || rank > MOST_DIMENSIONS) {
    file.damaged(offset, "a data space of version 1 or 2", `version ${version} with ${rank} dimensions`);
  }
  if (version === 2 && file.u8(offset + 3) === 2) return [0];
  const first = offset + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => file.u64(first + 8 * axis));
}
