/** What a gzip stream may unpack to, so that a small hostile file cannot fill the memory. */

/** Pictures and labels pack to a hundredth at the least; what is small may be all alike. */
const [FREE_BYTES, MOST_RATIO] = [2 ** 26, 100];

/** @param most what the place can hold in one piece */
export function unpackedLimit(packedBytes: number, most: number): number {
  return Math.min(most, FREE_BYTES + MOST_RATIO * packedBytes);
}
