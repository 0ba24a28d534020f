/** Float64 twin of shaders/stream.wgsl. */

/** sums[i] = addends[i] + scale * factors[i]. */
export function triad(addends: ArrayLike<number>, factors: ArrayLike<number>, scale: number): Float64Array {
  return Float64Array.from(addends, (addend, index) => addend + scale * factors[index]!);
}
