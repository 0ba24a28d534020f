/**
 * The measures of the paper (Amjad, Liu and Geiger, arXiv:1804.06679): a fixed set, whatever else is registered. Defaults, claims
 * and the comparisons that belong to them name it, so that a further measure changes no published verdict.
 */
import { entropy } from "./entropy.ts";
import { klSelectivity } from "./kl-selectivity.ts";
import type { Measure } from "./measure.ts";
import { mutualInformation } from "./mutual-information.ts";

/** In the order of tables and columns. */
export const paperMeasures: readonly Measure[] = [entropy, mutualInformation, klSelectivity];

/** As on the command line. */
export const paperMeasureNames: readonly string[] = paperMeasures.map(({ name }) => name);

/** @param id in file form, for example `mutual_information` */
export function isOfPaper(id: string): boolean {
  return paperMeasures.some((measure) => measure.id === id);
}
