/**
 * Holm's correction for several tests (Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist.
 * 6, 1979): the share of falsely rejected families stays below the level, whatever the tests have in common.
 */

/**
 * @param ps [tests]: p values
 * @returns [tests]: adjusted p values in the same order; the i-th smallest (from 0) is multiplied by tests - i, is never
 * below that of a smaller p, and at most 1
 */
export function holmAdjusted(ps: readonly number[]): number[] {
  const ascending = [...ps.keys()].sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  for (const [rank, test] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * ps[test]!));
    adjusted[test] = largest;
  }
  return adjusted;
}

/** The lists with the adjusted p as `holm` where there is a p; all lists together are one family. */
export function withHolm<T extends { readonly p?: number }>(
  lists: readonly (readonly T[])[],
): (T & { readonly holm?: number })[][] {
  const tested = lists.flat().filter(({ p }) => p !== undefined);
  const adjusted = holmAdjusted(tested.map(({ p }) => p!));
  const holmOf = new Map(tested.map((item, test) => [item, adjusted[test]!]));
  return lists.map((list) =>
    list.map((item) => {
      const holm = holmOf.get(item);
      return holm === undefined ? item : { ...item, holm };
    }),
  );
}
