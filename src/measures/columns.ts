/** How measures are named in files and shown: columns, units and titles by id, also of measures that this version does not know. */
import type { LayerEvidence } from "../core/evidence.ts";
import type { Measure } from "./measure.ts";
import { measures } from "./registry.ts";
import { searchedWithId } from "./remeasured.ts";
import { type MeasureUnit, unitWords } from "./units.ts";

/** The measure of an id in file form, if there is one. */
export function measureWithId(id: string): Measure | undefined {
  return measures.find((measure) => measure.id === id);
}

/** Title of what orders neurons, a measure or a sequence; of what this version does not know, its id in words. */
export function titleOf(id: string): string {
  return (measureWithId(id) ?? searchedWithId(id))?.title ?? id.replaceAll("_", " ");
}

/** Files hold measures of other units only where this version knows them; so what it does not know is in bits. */
export function unitOf(id: string): MeasureUnit {
  return measureWithId(id)?.unit ?? "bit";
}

/** Column of a measure: `<id>_bits` for bits, else the id. */
export function columnOf(id: string): string {
  return `${id}${unitWords[unitOf(id)].suffix}`;
}

/** The id of the measure that a column holds; undefined where the column is none of a measure's. */
export function measureOfColumn(column: string): string | undefined {
  const known = measures.find(({ id }) => columnOf(id) === column);
  if (known !== undefined) return known.id;
  const { suffix } = unitWords.bit;
  return column.endsWith(suffix) ? column.slice(0, -suffix.length) : undefined;
}

/** Measures by unit, units in the order in which they first appear. */
export function byUnit<T>(items: readonly T[], idOf: (item: T) => string): Map<MeasureUnit, T[]> {
  const groups = new Map<MeasureUnit, T[]>();
  for (const item of items) {
    const unit = unitOf(idOf(item));
    groups.set(unit, [...(groups.get(unit) ?? []), item]);
  }
  return groups;
}

/** The biases of all neurons of some layers, by a measure that knows its own from levels. */
export function biasColumnOf(measure: Measure, layers: readonly LayerEvidence<"levels">[]): Float64Array {
  return Float64Array.from(layers.flatMap((layer) => Array.from(measure.bias!(layer as LayerEvidence))));
}

const DIGITS = 3;

/** Whether values of the measure may have any size. */
export function hasAnySize(id: string): boolean {
  return unitWords[unitOf(id)].anySize;
}

/** A value for reading: three decimals of bits and shares; of what may have any size, as many digits that say something. */
export function valueText(id: string, value: number): string {
  return hasAnySize(id) ? String(Number(value.toPrecision(DIGITS + 1))) : value.toFixed(DIGITS);
}

/** The number that `valueText` shows. */
export const roundedValue = (id: string, value: number): number => Number(valueText(id, value));

/** Title of an axis or column that holds values of all these measures. */
export function axisOf(ids: readonly string[]): string {
  const units = [...new Set(ids.map(unitOf))];
  return unitWords[units.length === 1 ? units[0]! : "none"].axis;
}
