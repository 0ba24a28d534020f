/**
 * Raw Snappy (google/snappy, format_description.txt), in which pages of Parquet are packed: the length, then literals and
 * copies of what came before. Of its own, because hyparquet's goes back within the input where a length is negative, and
 * so may never end.
 */

/** @throws Error with the reason, where the bytes are not Snappy or do not unpack to exactly `size` bytes */
export function unpackSnappy(packed: Uint8Array, size: number): Uint8Array {
  const { value: announced, next } = leadingLength(packed);
  if (announced !== size) throw new Error(`Snappy data of ${announced} bytes instead of ${size}`);
  const unpacked = new Uint8Array(size);
  let to = 0;
  for (let from = next; from < packed.length; ) {
    const element = elementAt(packed, from);
    const end = to + element.length;
    if (end > size) throw new Error(`Snappy data that go beyond their ${size} bytes`);
    if (element.back === undefined) {
      const content = packed.subarray(element.next, element.next + element.length);
      if (content.length < element.length) throw cutOff();
      unpacked.set(content, to);
      from = element.next + element.length;
    } else {
      if (element.back < 1 || element.back > to) throw new Error("a Snappy copy from outside of what was unpacked");
      // Byte by byte: a copy may repeat what it has just written.
      for (let at = to; at < end; at++) unpacked[at] = unpacked[at - element.back]!;
      from = element.next;
    }
    to = end;
  }
  if (to !== size) throw cutOff();
  return unpacked;
}

/** A literal, whose bytes follow, or a copy of `length` bytes from `back` bytes before. */
interface Element {
  readonly length: number;
  readonly back: number | undefined;
  /** Where it ends in the input; of a literal, where its bytes begin. */
  readonly next: number;
}

function elementAt(packed: Uint8Array, at: number): Element {
  const tag = packed[at]!;
  const first = at + 1;
  const size = tag >>> 2;
  switch (tag & 3) {
    case 0: {
      const extra = Math.max(0, size - 59);
      return {
        length: 1 + (extra === 0 ? size : wholeNumber(packed, first, extra)),
        back: undefined,
        next: first + extra,
      };
    }
    case 1: {
      const back = (tag >>> 5) * 256 + wholeNumber(packed, first, 1);
      return { length: 4 + (size & 7), back, next: first + 1 };
    }
    case 2:
      return { length: 1 + size, back: wholeNumber(packed, first, 2), next: first + 2 };
    default:
      return { length: 1 + size, back: wholeNumber(packed, first, 4), next: first + 4 };
  }
}

/** Little-endian, without a sign. */
function wholeNumber(packed: Uint8Array, first: number, bytes: number): number {
  if (first + bytes > packed.length) throw cutOff();
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + packed[first + index]!;
  return value;
}

function leadingLength(packed: Uint8Array): { value: number; next: number } {
  let value = 0;
  for (let at = 0; at < Math.min(5, packed.length); at++) {
    value += (packed[at]! & 127) * 2 ** (7 * at);
    if (packed[at]! < 128) return { value, next: at + 1 };
  }
  throw cutOff();
}

function cutOff(): Error {
  return new Error("Snappy data that are cut off");
}
