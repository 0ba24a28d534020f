/**
 * What `push(...values)` and `Math.max(...values)` do for arrays of any length: as arguments of a call values lie on the stack,
 * which some 125,000 of them overflow.
 */

/** Adds all values at the end. */
export function appendAll<T>(to: T[], values: Iterable<T>): void {
  for (const value of values) to.push(value);
}

/** The largest; -Infinity of none, NaN where one of them is. */
export function greatest(values: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The smallest; Infinity of none, NaN where one of them is. */
export function least(values: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
}
