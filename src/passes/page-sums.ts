/** What pages of a split find is added up on the host: counts exactly, floats in the order of the samples. */

/** Adds the counts of a page to those of the pages before it. */
export function addTo(sums: Uint32Array, counts: Uint32Array): void {
  for (let index = 0; index < sums.length; index++) sums[index]! += counts[index]!;
}
