/** What separates the values of a text table, seen in its first lines: comma, semicolon, tab or bar. */
import { isDecimal } from "./plain-csv.ts";

const MARKS = [",", ";", "\t", "|"];
/** So much of a file is looked at, and more where its first line is longer. */
const HEAD_BYTES = 2 ** 16;
/** Lines that are compared. */
const LINES = 8;
/** What is looked at of a file without line breaks. */
const LONGEST_HEAD = 2 ** 24;
const NEWLINE = 0x0a;

/** The beginning, and all pieces, those of the beginning among them. */
interface SeenPieces {
  readonly head: Uint8Array;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Reads as much of the beginning as the first lines take. */
export async function withHead(pieces: AsyncIterable<Uint8Array>): Promise<SeenPieces> {
  const iterator = pieces[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let bytes = 0;
  let lines = 0;
  while (lines <= LINES && bytes < (lines > 0 ? HEAD_BYTES : LONGEST_HEAD)) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    seen.push(value);
    bytes += value.length;
    for (const byte of value) if (byte === NEWLINE) lines++;
  }
  const head = new Uint8Array(bytes);
  let at = 0;
  for (const piece of seen) {
    head.set(piece, at);
    at += piece.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* seen;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { head, pieces: all() };
}

/** How well a mark would part the lines: the more lines of equal length and the more numbers, the better. */
function fitness(lines: readonly string[], mark: string): readonly number[] | undefined {
  const rows = lines.map((line) => line.split(mark));
  const columns = rows[0]!.length;
  if (columns < 2) return undefined;
  const equal = rows.filter((row) => row.length === columns).length / rows.length;
  // The first line may be names.
  const cells = (rows.length > 1 ? rows.slice(1) : rows).flat();
  const numbers = cells.filter((text) => isDecimal(mark === "," ? text : text.replace(",", "."))).length;
  return [equal, numbers / cells.length, columns];
}

const better = (a: readonly number[], b: readonly number[]) => {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at !== -1 && a[at]! > b[at]!;
};

/**
 * The mark that parts the first lines best; where none parts them, the one that is expected.
 * @param head the beginning of the file, UTF-8
 */
export function delimiterOf(head: Uint8Array, expected: "," | "\t"): string {
  const text = new TextDecoder().decode(head);
  const cut = text.length > HEAD_BYTES / 4 && text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
  // Whatever stands in quotes parts nothing.
  const lines = cut
    .replaceAll(/"[^"]*(?:"|$)/g, "q")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const first = lines.slice(0, LINES);
  let best: string = expected;
  let most: readonly number[] | undefined;
  for (const mark of [expected, ...MARKS.filter((one) => one !== expected)]) {
    const fit = first.length === 0 ? undefined : fitness(first, mark);
    if (fit === undefined || (most !== undefined && !better(fit, most))) continue;
    best = mark;
    most = fit;
  }
  return best;
}
