/** Numbers as text, of equal width where they change in place. */

const MINUS = "\u2212";

export function decimal(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

export function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
}

/** A share as a percentage. */
export function percent(share: number, digits = 1): string {
  return `${decimal(100 * share, digits)} %`;
}

/** Minutes and seconds, as on a clock: `2:08`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
