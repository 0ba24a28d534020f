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
export function smallest(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) least = Math.min(least, value);
  return least;
}

/** Bytes as text, a character of the same code each. */
export function latin1Text(bytes: Iterable<number>): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
