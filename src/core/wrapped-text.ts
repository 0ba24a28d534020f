/** Breaks text for people at spaces, so that an 80-column terminal does not break it inside words. */

import { plainLine } from "./plain-text.ts";

/** Columns of a terminal that nothing is known about. */
export const COLUMNS = 80;

/** Longer text is cut, as names from files make it long. */
const LONGEST_PARAGRAPH = 2000;

/** `lead` and the words after it; lines after the first are indented to stand below the first word. */
export function wrapped(lead: string, text: string, columns = COLUMNS): string[] {
  const indent = " ".repeat(lead.length);
  const lines: string[] = [];
  let line = lead;
  for (const word of plainLine(text, LONGEST_PARAGRAPH).split(" ")) {
    const empty = line === lead || line === indent;
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent + word;
    } else line += empty ? word : ` ${word}`;
  }
  return [...lines, line];
}
