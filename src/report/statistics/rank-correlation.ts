/** Spearman's rank correlation with ties, and the partial one. */
import { sampleCorrelation } from "simple-statistics";

/** Ranks from 1; equal values share the mean of theirs. */
function averageRanks(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (let at = first; at < end; at++) ranks[order[at]!] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

/**
 * Spearman's partial rank correlation of x and y with z held fixed, (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2)) of their ranks.
 * @returns undefined where it is not defined: fewer than 3 values, one of x and y all equal, or told by z alone
 */
export function partialRankCorrelation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
): number | undefined {
  if (x.length < 3) return undefined;
  const [a, b, c] = [x, y, z].map(averageRanks);
  const correlation = (p: number[], q: number[]) => sampleCorrelation(p, q);
  const xy = correlation(a!, b!);
  // Where z is the same for all, nothing is held fixed.
  const isConstant = c!.every((rank) => rank === c![0]);
  const [xz, yz] = isConstant ? [0, 0] : [correlation(a!, c!), correlation(b!, c!)];
  const rho = (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz));
  return Number.isFinite(rho) ? rho : undefined;
}
