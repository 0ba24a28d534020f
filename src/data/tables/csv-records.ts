/**
 * Records of CSV text that arrives in pieces (RFC 4180: values in quotes may hold delimiters, line breaks and doubled
 * quotes). A piece is cut where a record ends, so that a file of any size is read in bounded memory.
 */
import { dsvFormat } from "d3-dsv";
import { damagedData } from "../rows.ts";

/** Characters of one record: 100,000 values have a tenth of it. */
const LONGEST_RECORD = 1 << 24;
const [QUOTE, NEWLINE, RETURN] = [0x22, 0x0a, 0x0d];

/** Whole records, never none. */
export interface CsvPiece {
  readonly text: string;
  /** On which the first of them begins, from 1. */
  readonly line: number;
  /** Whether no value stands in quotes, and only line feeds end records, perhaps with a carriage return before them. */
  readonly plain: boolean;
}

/**
 * The text, cut where records end. Lines at its end that hold nothing but spaces and delimiters are left out.
 * @param pieces UTF-8, with or without a byte order mark.
 * @throws RunError where the text is not UTF-8, quotes are not in place or not closed, or a record is endless.
 */
export async function* csvPieces(
  pieces: AsyncIterable<Uint8Array>,
  delimiter: string,
  where: string,
): AsyncGenerator<CsvPiece> {
  const cutter = new RecordCutter(delimiter.charCodeAt(0), where);
  let line = 1;
  /** Blank lines, of which it is not known yet whether more follows. */
  let held = "";
  function* filled(text: string): Generator<CsvPiece> {
    const end = endOfFilled(text, delimiter);
    if (end === 0) {
      held += text;
      if (held.length > LONGEST_RECORD) throw blankLines(where, line);
      return;
    }
    const whole = held + text.slice(0, end);
    held = text.slice(end);
    yield pieceOf(whole, line);
    line += lineBreaks(whole);
  }
  for await (const text of decoded(pieces, where)) yield* filled(cutter.cut(text));
  yield* filled(cutter.end());
}

/** Where the last line ends that holds more than spaces and delimiters. */
function endOfFilled(text: string, delimiter: string): number {
  let last = text.length - 1;
  while (last >= 0 && (text[last] === delimiter || /\s/.test(text[last]!))) last--;
  const end = text.indexOf("\n", last + 1);
  return last === -1 ? 0 : end === -1 ? text.length : end + 1;
}

function blankLines(where: string, line: number) {
  const found = `more than ${LONGEST_RECORD} characters of blank lines from line ${line} on`;
  return damagedData(where, "the table is mostly blank", "a sample a line", found, "take the blank lines out");
}

function pieceOf(text: string, line: number): CsvPiece {
  return { text, line, plain: !/"|\r(?!\n)/.test(text) };
}

/** [records][values] of a piece. */
export function csvRecords({ text }: CsvPiece, delimiter: string): string[][] {
  return dsvFormat(delimiter).parseRows(text);
}

async function* decoded(pieces: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (piece?: Uint8Array) => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      // The web's message says no more than this one.
      const fix = "save the file as CSV in UTF-8";
      throw damagedData(where, "this is not a text file", "UTF-8", "bytes that are none", fix);
    }
  };
  for await (const piece of pieces) yield decode(piece);
  yield decode();
}

export function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Keeps back what is not yet a whole record, and sees that quotes stand where d3-dsv takes them for quotes. */
class RecordCutter {
  readonly #delimiter: number;
  readonly #where: string;
  #rest = "";
  /** Whole lines up to now. */
  #lines = 0;
  #inQuotes = false;
  /** The last character; at the beginning as after a line. */
  #previous = NEWLINE;

  constructor(delimiter: number, where: string) {
    this.#delimiter = delimiter;
    this.#where = where;
  }

  /** The whole records up to now, which no earlier call has returned. */
  cut(text: string): string {
    if (!this.#inQuotes && this.#previous !== QUOTE && !text.includes('"')) {
      if (text !== "") this.#previous = text.charCodeAt(text.length - 1);
      return this.#cutAt(text, text.lastIndexOf("\n") + 1);
    }
    let end = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) this.#quote();
      else if (!this.#inQuotes) {
        if (this.#previous === QUOTE && !this.#endsValue(code)) throw this.#misplaced("more after a closing quote");
        if (code === NEWLINE) end = at + 1;
      }
      this.#previous = code;
    }
    return this.#cutAt(text, end);
  }

  #cutAt(text: string, end: number): string {
    const whole = end === 0 ? "" : this.#rest + text.slice(0, end);
    this.#lines += lineBreaks(whole);
    this.#rest = end === 0 ? this.#rest + text : text.slice(end);
    if (this.#rest.length > LONGEST_RECORD) throw this.#endless();
    return whole;
  }

  /** The last record, where the file does not end with a line break. */
  end(): string {
    if (this.#inQuotes) throw this.#misplaced("the file ends within quotes");
    return this.#rest;
  }

  #endless() {
    const found = `more than ${LONGEST_RECORD} without a line break${this.#inQuotes ? ", within quotes" : ""}`;
    const fix = this.#inQuotes
      ? "close the quote that opens there, or write the file with a CSV library"
      : "write a sample a line, features in columns (a table that lies on its side is to be transposed)";
    const expected = `lines of at most ${LONGEST_RECORD} characters`;
    return damagedData(`${this.#where}, behind line ${this.#lines}`, "a line does not end", expected, found, fix);
  }

  /** A quote opens a value at its beginning, closes it, or, right after a closing one, is one of two that stand for one. */
  #quote(): void {
    if (!this.#inQuotes && this.#previous !== QUOTE && !this.#endsValue(this.#previous)) {
      throw this.#misplaced("a quote within a value that does not begin with one");
    }
    this.#inQuotes = !this.#inQuotes;
  }

  #endsValue(code: number): boolean {
    return code === this.#delimiter || code === NEWLINE || code === RETURN;
  }

  #misplaced(found: string) {
    const expected = 'quotes around whole values, doubled within them: "a ""b"" c"';
    const fix = "write the file with a CSV library";
    return damagedData(this.#where, "quotes are not in place", expected, found, fix);
  }
}
