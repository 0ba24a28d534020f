/** Decimal text of numbers that survives the way back. */

/** Shortest decimal text that reads back as the same float64, the sign of zero included. */
export function float64Text(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Short decimal text that, read as float64 and rounded to float32, is the same float32; nine digits always suffice. */
export function float32Text(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return float64Text(value);
  let shortened = value;
  for (let digits = 1; digits <= 9; digits++) {
    shortened = Number(value.toPrecision(digits));
    if (Math.fround(shortened) === value) break;
  }
  return String(shortened);
}
