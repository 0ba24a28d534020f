/** Which of some names was meant by one that is not among them. */

const SHOWN = 3;

/** Characters to insert, delete or replace to make one text of the other (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous.at(-1)!;
}

/** The nearest first, whatever their case; none that differ in more than half of their characters. */
export function closestNames(wanted: string, names: readonly string[]): string[] {
  const key = wanted.toLowerCase();
  // Long names would take long, and nobody mistypes them.
  const near = names.flatMap((name) => {
    const far = Math.max(name.length, key.length);
    if (far > 100) return [];
    const steps = distance(key, name.toLowerCase());
    return steps < far && steps <= far / 2 ? [{ name, steps }] : [];
  });
  return near
    .sort((a, b) => a.steps - b.steps)
    .slice(0, SHOWN)
    .map(({ name }) => name);
}
