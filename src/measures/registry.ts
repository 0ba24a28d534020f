/** All measures, in the order of tables and columns. A further measure is one file and one line here. */
import { activationVariance } from "./activation-variance.ts";
import { activeShare } from "./active-share.ts";
import { inNorm } from "./in-norm.ts";
import type { Measure } from "./measure.ts";
import { paperMeasures } from "./paper-measures.ts";

export const measures: readonly Measure[] = [...paperMeasures, inNorm, activationVariance, activeShare];

/** The measure of a command-line name, if there is one. */
export function measureNamed(name: string): Measure | undefined {
  return measures.find((measure) => measure.name === name);
}
