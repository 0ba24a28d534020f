/** Which units of a layer are left when some go: ascending. */
export function keptUnits(units: number, removed: Iterable<number>): number[] {
  const gone = new Set(removed);
  return Array.from({ length: units }, (_, unit) => unit).filter((unit) => !gone.has(unit));
}
