/** The name that was probably meant, for messages about one that does not exist. */

/** Insertions, deletions and replacements of a character between two texts. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const above = row;
    row = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = above[column - 1]! + (from[line - 1] === to[column - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[column]! + 1, row[column - 1]! + 1));
    }
  }
  return row.at(-1)!;
}

/** Case, hyphens and underscores are what is mistaken most. */
const plain = (name: string) => name.toLowerCase().replaceAll(/[-_\s]/g, "");

/** Undefined where no name is near: more than two of five characters would have to change. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const length = Math.max(...names.map((each) => each.length), 0);
  if (name.length > 2 * length) return undefined;
  const distances = names.map((each) => editDistance(plain(name), plain(each)));
  const least = Math.min(...distances);
  return least <= 0.4 * name.length ? names[distances.indexOf(least)] : undefined;
}
