/** Kendall's tau-b: agreement of two rankings with ties (Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945). */

/**
 * (concordant - discordant) / sqrt(pairs not tied in a * pairs not tied in b), by counting all pairs.
 * @param a, b [items], of equal length
 * @returns undefined where all values of a side are equal
 */
export function kendallTauB(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  let [agreement, untiedA, untiedB] = [0, 0, 0];
  for (let first = 0; first < a.length; first++) {
    for (let second = first + 1; second < a.length; second++) {
      const signA = Math.sign(a[first]! - a[second]!);
      const signB = Math.sign(b[first]! - b[second]!);
      agreement += signA * signB;
      untiedA += Math.abs(signA);
      untiedB += Math.abs(signB);
    }
  }
  return untiedA === 0 || untiedB === 0 ? undefined : agreement / Math.sqrt(untiedA * untiedB);
}
