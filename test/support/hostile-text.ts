/** Text as hostile or careless files hold it, and whether a text may be shown. */
import { expect } from "vitest";

/** A title for the terminal window, a colour, a turned direction, a line break of JavaScript, no width, half a pair. */
export const hostile = "\u001b]0;x\u0007\u009b31m\u202edrow\u2028\u2029\u200b\ufeff\ud800";
/** The same without the half pair, which UTF-8 cannot hold. */
export const hostileUtf8 = hostile.slice(0, -1);
/** Ten million characters. */
export const endless = "endless ".repeat(1_250_000);

/** Besides newlines: control characters, directions, characters without width, half pairs. */
const UNSEEN = /[^\P{Cc}\n]|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u;
/** A lead such as `  expected: ` may stand before a line of LONGEST_LINE. */
const LONGEST = 520;

/** No character that cannot be seen but newlines, and no line without end. */
export function expectShowable(text: string): void {
  const at = text.search(UNSEEN);
  expect(at === -1 ? "" : JSON.stringify(text.slice(Math.max(0, at - 20), at + 20)), "what cannot be seen").toBe("");
  const longest = text.split("\n").reduce((most, line) => Math.max(most, line.length), 0);
  expect(longest, "the longest line").toBeLessThanOrEqual(LONGEST);
}
