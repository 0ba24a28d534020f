/** A grid as what varies in it: axes whose product its cells are. Cells are made one at a time, so that counting makes none. */

/** A value of an option in a cell. */
export interface CellValue {
  /** As the command line would have it: `100,100`; `true` of a switch that is on. */
  readonly text: string;
  /** As the study has it; undefined where that is what it is without the option. */
  readonly value: unknown;
  /** In the file: `line 3, column 14`. */
  readonly place: string;
}

/** An option, or several that move together. */
export interface Axis {
  /** Names as on the command line, without dashes. */
  readonly options: readonly string[];
  /** [places][options], one place or more. */
  readonly places: readonly (readonly CellValue[])[];
}

/** What a cell gives of options, by name. */
export type CellValues = ReadonlyMap<string, CellValue>;

/** How many cells there are; nothing is made of them. */
export function cellCount(axes: readonly Axis[]): number {
  return axes.reduce((count, { places }) => count * places.length, 1);
}

/** The values of the cell of that number, from 0: the last axis varies fastest. */
function cellAt(axes: readonly Axis[], index: number): CellValues {
  const values = new Map<string, CellValue>();
  let rest = index;
  for (const { options, places } of axes.toReversed()) {
    const place = places[rest % places.length]!;
    rest = Math.floor(rest / places.length);
    for (const [which, option] of options.entries()) values.set(option, place[which]!);
  }
  return values;
}

/** All cells, in the order of the file: its last list varies fastest. */
export function* cellsOf(axes: readonly Axis[]): Generator<CellValues> {
  for (let index = 0; index < cellCount(axes); index++) yield cellAt(axes, index);
}

/** Options that are not the same in all cells. */
export function varyingOptions(axes: readonly Axis[]): string[] {
  const isVarying = ({ places }: Axis, which: number) => new Set(places.map((place) => place[which]!.text)).size > 1;
  return axes.flatMap((axis) => axis.options.filter((_, which) => isVarying(axis, which)));
}

/** `activation (3) x seed (2) x hidden with epochs (4)`: what varies; empty where nothing does. */
export function axesText(axes: readonly Axis[]): string {
  return axes
    .filter(({ places }) => places.length > 1)
    .map(({ options, places }) => `${options.join(" with ")} (${places.length})`)
    .join(" x ");
}
