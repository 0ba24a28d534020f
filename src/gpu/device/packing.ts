/**
 * Rows as the shaders want them: homogeneous, in quads. A row of n values becomes ceil((n + 1) / 4) quads: the values, a
 * lane of 1 (in samples) or the bias (in parameters), zeros. See shaders/forward.wgsl.
 */
/** Quads of a homogeneous row of `values`. */
export function quadsOf(values: number): number {
  return Math.ceil((values + 1) / 4);
}

/** Floats of a homogeneous row of `values`. */
export function lanesOf(values: number): number {
  return quadsOf(values) * 4;
}

/** [count, features] bytes to [count, lanes / 4] words of four bytes, 255 (which stands for 1) in the homogeneous lane. */
export function packPixels(pixels: Uint8Array, count: number, features: number): Uint32Array {
  const lanes = lanesOf(features);
  const bytes = new Uint8Array(count * lanes);
  for (let sample = 0; sample < count; sample++) {
    bytes.set(pixels.subarray(sample * features, (sample + 1) * features), sample * lanes);
    bytes[sample * lanes + features] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** [count, features] floats to [count, lanes], 1 in the homogeneous lane. */
export function packValues(values: Float32Array, count: number, features: number): Float32Array {
  const lanes = lanesOf(features);
  const packed = new Float32Array(count * lanes);
  for (let sample = 0; sample < count; sample++) {
    packed.set(values.subarray(sample * features, (sample + 1) * features), sample * lanes);
    packed[sample * lanes + features] = 1;
  }
  return packed;
}
