/** Sizes at which a missing bounds guard shows: 1, just below, at and above each tile, and a prime. */

/** The shaders' tiles: quads, 8 of them, 16 outputs or 32 samples of a subgroup, words of 32 samples, blocks of 64. */
const tiles = [4, 8, 16, 32, 64];

export const awkwardSizes: readonly number[] = [
  ...new Set([1, 2, ...tiles.flatMap((tile) => [tile - 1, tile, tile + 1]), 37]),
].sort((a, b) => a - b);

/** Each dimension in turn through the awkward sizes, the others at small odd values of their own. */
export function eachDimension<const Names extends readonly string[]>(names: Names): Record<Names[number], number>[] {
  const resting = Object.fromEntries(names.map((name, index) => [name, [5, 3, 6, 7][index]!]));
  const cases = names.flatMap((name) => awkwardSizes.map((size) => ({ ...resting, [name]: size })));
  return cases as Record<Names[number], number>[];
}

/** For example `5 samples, 3 inputs`. */
export function sizesText(sizes: Readonly<Record<string, number>>): string {
  return Object.entries(sizes)
    .map(([name, size]) => `${size} ${name}`)
    .join(", ");
}
