/** Plain rows to the shaders' homogeneous rows (see shaders/forward.wgsl), and numbers to fill them with. */
import type { RandomSequence } from "../../src/core/random.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";

/** [rows, width] to [slabRows, lanes]: values, a lane of 1, zeros; rows past the last hold `filler`. */
export function homogeneousRows(
  values: ArrayLike<number>,
  width: number,
  slabRows = values.length / width,
  filler = 0,
): Float32Array {
  const lanes = lanesOf(width);
  const packed = new Float32Array(slabRows * lanes).fill(filler);
  for (let row = 0; row < values.length / width; row++) {
    const start = row * lanes;
    packed.fill(0, start, start + lanes);
    packed[start + width] = 1;
    for (let i = 0; i < width; i++) packed[start + i] = values[row * width + i]!;
  }
  return packed;
}

/** Like `homogeneousRows` without the lane of 1: deltas and gradients of padding are 0. */
export function paddedRows(
  values: ArrayLike<number>,
  width: number,
  slabRows = values.length / width,
  filler = 0,
): Float32Array {
  const packed = homogeneousRows(values, width, slabRows, filler);
  for (let row = 0; row < values.length / width; row++) packed[row * lanesOf(width) + width] = 0;
  return packed;
}

/** Arrays one behind the other. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

/** Integers in -limit..limit: every order of summing their products is exact in float32. */
export function smallIntegers(random: RandomSequence, length: number, limit = 3): Float32Array {
  return Float32Array.from({ length }, () => random.nextBelow(2 * limit + 1) - limit);
}

/** Uniform on [-scale, scale). */
export function realNumbers(random: RandomSequence, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.nextUnit() - 1) * scale);
}

/** Bytes of any value. */
export function randomBytes(random: RandomSequence, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.nextBelow(256));
}

/** Bytes that stand for exactly 0 or 1. */
export function binaryBytes(random: RandomSequence, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => 255 * random.nextBelow(2));
}

export function magnitudes(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values, Math.abs);
}
