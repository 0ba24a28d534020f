/** All measures, in the order of tables and columns. A further measure is one file and one line here. */
import { entropy } from "./entropy.ts";
import { klSelectivity } from "./kl-selectivity.ts";
import type { Measure } from "./measure.ts";
import { mutualInformation } from "./mutual-information.ts";

export const measures: readonly Measure[] = [entropy, mutualInformation, klSelectivity];

/** The measure of a command-line name, if there is one. */
export function measureNamed(name: string): Measure | undefined {
  return measures.find((measure) => measure.name === name);
}
