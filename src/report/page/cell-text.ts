/** Numbers in the cells of the page's tables; what is not known is a dash. */
import type { Estimate } from "../analysis/analysis.ts";
import { decimal, intervalText, signed } from "../figures/wording.ts";

/** Decimals of accuracies, of their differences, and of bits. */
export const DIGITS = 4;
const UNKNOWN = "\u2013";

export function numberText(value: number | undefined, digits = DIGITS): string {
  return value === undefined || Number.isNaN(value) ? UNKNOWN : decimal(value, digits);
}

export function percentText(share: number | undefined): string {
  return share === undefined ? UNKNOWN : `${decimal(100 * share, 1)} %`;
}

export function probabilityText(p: number | undefined): string {
  if (p === undefined) return UNKNOWN;
  return p < 0.001 ? "< 0.001" : decimal(p, 3);
}

/** Mean and interval as two cells. */
export function estimateCells({ mean, interval }: Estimate): [string, string] {
  return [signed(mean, DIGITS), interval === undefined ? UNKNOWN : intervalText(interval, DIGITS)];
}
