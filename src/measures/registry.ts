/** All measures, in the order of tables and columns. A further measure is one file and one line here. */
import type { Measure } from "./measure.ts";
import { paperMeasures } from "./paper-measures.ts";

export const measures: readonly Measure[] = [...paperMeasures];

/** The measure of a command-line name, if there is one. */
export function measureNamed(name: string): Measure | undefined {
  return measures.find((measure) => measure.name === name);
}
