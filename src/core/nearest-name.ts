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

/** Names longer than this are never mistyped, and would take long to compare. */
const LONGEST = 100;
/** Share of the characters that may have to change: in names among which people choose, and in a word that was meant. */
const FARTHEST = { choice: 0.5, word: 0.4 } as const;

/** The names that are near, the nearest first. */
export function nearestNames(
  name: string,
  names: readonly string[],
  most = 3,
  farthest: number = FARTHEST.choice,
): string[] {
  const wanted = plain(name);
  if (name.length > LONGEST) return [];
  return names
    .filter((each) => each.length <= LONGEST)
    .map((each) => ({ each, distance: editDistance(wanted, plain(each)), length: Math.max(each.length, name.length) }))
    .filter(({ distance, length }) => distance < length && distance <= farthest * length)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ each }) => each);
}

/** Those that were probably meant, the nearest first: no more than two of five characters would have to change. */
export function meantNames(name: string, names: readonly string[], most = 3): string[] {
  return nearestNames(name, names, most, FARTHEST.word);
}

/** The one that was probably meant; undefined where no name is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  return meantNames(name, names, 1)[0];
}
