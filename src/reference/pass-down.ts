/** Twin of shaders/pass-down.wgsl in float64. */

/** @param signal [samples, units] @param slopes act', likewise */
export function passDown(signal: ArrayLike<number>, slopes: ArrayLike<number>): Float64Array {
  return Float64Array.from(signal, (value, index) => slopes[index]! * value);
}
