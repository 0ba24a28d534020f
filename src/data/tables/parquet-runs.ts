/**
 * Runs of equal values and of packed bits (RLE and bit-packing hybrid), the lengths of which hyparquet believes: a few bytes
 * can promise 2^31 values, for which it would fill the memory. They are walked before a page is decoded
 * (https://parquet.apache.org/docs/file-format/data-pages/encodings/).
 */

/** Values that writers may add to fill the last group of a run of packed bits. */
const PACKED_PADDING = 512;
/** Beyond it hyparquet's registers overflow; so many values of a dictionary no row group has. */
const MOST_BITS = 24;
/** 7 bits each: more than a 32-bit number has. */
const LONGEST_HEAD = 5;

interface Runs {
  readonly bytes: Uint8Array;
  /** Offsets in `bytes`. */
  readonly first: number;
  readonly end: number;
  /** Bits of a value. */
  readonly width: number;
  /** Values that there must be. */
  readonly count: number;
}

/**
 * How many of the values are 1, where they have one bit.
 * @throws Error with the reason, where the runs do not yield the values that there must be
 */
export function onesInRuns({ bytes, first, end, width, count }: Runs): number {
  if (width > MOST_BITS) throw new Error(`values of ${width} bits instead of at most ${MOST_BITS}`);
  let ones = 0;
  let left = count;
  for (let at = first; left > 0; ) {
    const { head, next } = runHead(bytes, at, end);
    const packed = head % 2 === 1;
    const units = Math.floor(head / 2);
    const run = packed ? 8 * units : units;
    if (run > left + (packed ? PACKED_PADDING : 0))
      throw new Error(`${run} instead of a run of at most ${left} values`);
    // hyparquet reads a byte of packed bits even where there are none, and loses its place.
    if (packed && units === 0) throw new Error("a run of no values");
    const used = Math.min(run, left);
    if (next + Math.ceil((packed ? used * width : width) / 8) > end) throw new Error("a run that is cut off");
    if (width === 1) ones += packed ? onesIn(bytes, next, used) : used * oneOrNone(bytes[next]!);
    at = next + (packed ? units * width : Math.ceil(width / 8));
    left -= run;
  }
  return ones;
}

function runHead(bytes: Uint8Array, first: number, end: number): { head: number; next: number } {
  let head = 0;
  for (let place = 0; place < LONGEST_HEAD; place++) {
    if (first + place >= end) throw new Error("runs that end before their values do");
    const byte = bytes[first + place]!;
    head += (byte & 127) * 2 ** (7 * place);
    if (byte < 128) return { head, next: first + place + 1 };
  }
  throw new Error("a run whose length does not end");
}

function oneOrNone(value: number): number {
  if (value > 1) throw new Error(`the value ${value} where 0 or 1 must be`);
  return value;
}

/** Of the first `count` bits, the lowest of a byte first. */
function onesIn(bytes: Uint8Array, first: number, count: number): number {
  let ones = 0;
  for (let bit = 0; bit < count; bit++) ones += (bytes[first + (bit >> 3)]! >> (bit & 7)) & 1;
  return ones;
}
