/** Breaks text for people at spaces, so that an 80-column terminal does not break it inside words. */

import { plainLine } from "./plain-text.ts";

/** Columns of a terminal that nothing is known about. */
export const COLUMNS = 80;

/** Longer text is cut, as names from files make it long. */
const LONGEST_PARAGRAPH = 2000;

/** `lead` and the words after it; lines after the first are indented to stand below the first word. */
export function wrapped(lead: string, text: string, columns = COLUMNS): string[] {
  return filled(lead, text, " ".repeat(lead.length), columns);
}

/** What a line begins with: spaces, and perhaps a short label, `  found:    `, or a name before a column, `  train    `. */
const LEAD = /^ *(?:[a-z][a-z -]{0,9}: +|[a-z]+ {2,})?/i;
/** Columns that lines go on with below one that has no label. */
const HANG = 4;
/** In a terminal that is narrower, nothing of ours can be read anyway. */
const NARROWEST = 40;

/**
 * One line for people, broken at spaces: what goes on stands below the text after the label, or is indented a little more than
 * the line. A word that is longer than a line (a path) stays whole, so that it can be copied.
 */
export function wrappedLine(line: string, columns = COLUMNS): string[] {
  const lead = LEAD.exec(line)![0];
  const indent = lead.trim() === "" ? lead.length + HANG : lead.length;
  // Lines that were indented below a label go on where they are.
  const below = lead.trim() === "" && lead.length > HANG ? lead.length : indent;
  return filled(lead, line.slice(lead.length), " ".repeat(below), Math.max(NARROWEST, columns));
}

function filled(lead: string, text: string, indent: string, columns: number): string[] {
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
