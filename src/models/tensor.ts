/** Real numbers with a name and a shape, as files hold them, and their decoding from bytes. */
import { halfToNumber } from "../formats/half-float.ts";

export type RealArray = Float32Array | Float64Array;

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** [product of shape], row-major. */
  readonly values: RealArray;
}

/** Bytes of one number. */
export const floatBytes = { float16: 2, bfloat16: 2, float32: 4, float64: 8 } as const;
export type FloatType = keyof typeof floatBytes;

/** Number of elements; 1 for a scalar. Not exact above 2^53, but never small where it is large. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** bfloat16 is the upper half of a float32. */
function brainToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

function readOne(view: DataView, offset: number, type: FloatType, littleEndian: boolean): number {
  if (type === "float32") return view.getFloat32(offset, littleEndian);
  if (type === "float64") return view.getFloat64(offset, littleEndian);
  const bits = view.getUint16(offset, littleEndian);
  return type === "float16" ? halfToNumber(bits) : brainToNumber(bits);
}

/** All numbers in `bytes`, whose length is a multiple of `floatBytes[type]`; float64 stays float64. */
export function readFloats(bytes: Uint8Array, type: FloatType, littleEndian = true): RealArray {
  const count = bytes.length / floatBytes[type];
  const values = type === "float64" ? new Float64Array(count) : new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0; index < count; index++) {
    values[index] = readOne(view, index * floatBytes[type], type, littleEndian);
  }
  return values;
}

/**
 * Places in an array of `shape` that its numbers come from when its axes are put in the order `axes`: number i of the new array
 * is number `places[i]` of the old.
 */
export function permutedPlaces(shape: readonly number[], axes: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return Uint32Array.from({ length: sizeOf(shape) }, (_, index) => {
    let left = index;
    let place = 0;
    for (const axis of axes.toReversed()) {
      place += (left % shape[axis]!) * strides[axis]!;
      left = Math.floor(left / shape[axis]!);
    }
    return place;
  });
}

/** [rows, columns] to [columns, rows]. */
export function transposed(values: RealArray, rows: number, columns: number): RealArray {
  const result = values instanceof Float64Array ? new Float64Array(values.length) : new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column]!;
  }
  return result;
}
