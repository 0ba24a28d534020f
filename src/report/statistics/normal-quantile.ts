/** Quantiles of the standard normal distribution, the same to the last bit wherever they are computed. */
import { normalProbability } from "../../core/activation-values.ts";

/** P(Z < -FARTHEST) is 0 in float64. */
const FARTHEST = 40;

/** Many intervals ask for the same few shares. */
const known = new Map<number, number>();

/** The z with P(Z < z) = share of at most 0.5, by halving an interval until its ends are neighbours in float64. */
function lowerQuantile(share: number): number {
  let [low, high] = [-FARTHEST, 0];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return high;
    if (normalProbability(middle) < share) low = middle;
    else high = middle;
  }
}

/** The value that a standard normal stays below with the probability `share`; infinite for 0 and 1. */
export function normalQuantile(share: number): number {
  if (share === 0 || share === 1) return share === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const found = known.get(share) ?? (share > 0.5 ? -lowerQuantile(1 - share) : lowerQuantile(share));
  known.set(share, found);
  return found;
}
