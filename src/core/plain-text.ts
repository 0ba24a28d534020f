/**
 * Text from files, drivers and elsewhere as it may be shown: nothing in it steers a terminal, turns the reading direction or
 * hides, and it ends. What cannot be seen is spelled as in JSON (`\u001b`), so JSON text keeps its meaning.
 */

/** Longest line for people, and longest name within a line or a cell of a table. */
export const LONGEST_LINE = 500;
const LONGEST_NAME = 60;

/**
 * Control characters, line breaks of all kinds, directions, characters without width and halves of pairs. Of these only the
 * two selectors stay that choose how an emoji is drawn.
 */
const UNSEEN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function spelled(character: string): string {
  const units = Array.from({ length: character.length }, (_, unit) => character.charCodeAt(unit));
  return NAMED[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Everything spelled out that cannot be seen; of any length. */
function spelledOut(text: string): string {
  return text.replaceAll(UNSEEN, spelled);
}

/** As many of the characters, spelled out, as fit into `room`; from the end where that is asked for. */
function fitting(characters: readonly string[], room: number, fromEnd: boolean): string {
  const taken: string[] = [];
  let length = 0;
  for (const character of fromEnd ? characters.toReversed() : characters) {
    const piece = spelledOut(character);
    length += piece.length;
    if (length > room) break;
    taken.push(piece);
  }
  return (fromEnd ? taken.reverse() : taken).join("");
}

/** For the count of what was left out. */
const COUNT_ROOM = 30;

/** One line of at most `most` characters: both ends of the text, and how much is left out between them. */
export function plainLine(text: string, most: number = LONGEST_LINE): string {
  const whole = text.length <= most ? spelledOut(text) : undefined;
  if (whole !== undefined && whole.length <= most) return whole;
  const room = most - COUNT_ROOM;
  const begin = fitting([...text.slice(0, room)], Math.ceil(room * 0.7), false);
  const end = fitting([...text.slice(-room)], Math.floor(room * 0.3), true);
  return `${begin}... (${text.length} characters) ...${end}`;
}

/** A name in a cell or a sentence. */
export function plainName(text: string): string {
  return plainLine(text, LONGEST_NAME);
}

/** Lines for people, each at most LONGEST_LINE long. */
export function plainLines(text: string): string {
  return text
    .split("\n")
    .map((line) => plainLine(line))
    .join("\n");
}

/** Text of any length in which only line breaks are left of what cannot be seen: JSON, and paragraphs of a page. */
export function plainText(text: string): string {
  return text.split("\n").map(spelledOut).join("\n");
}

/** JSON for files and pipes, which means the same to programs and is safe to look at. */
export function jsonText(value: unknown): string {
  return plainText(JSON.stringify(value, null, 2));
}
