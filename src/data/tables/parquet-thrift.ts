/**
 * Walks a structure of Thrift's compact protocol, in which Parquet describes itself, before hyparquet builds objects from
 * it: a list there is as long as it says, whatever follows, so that ten bytes can ask for the whole memory
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
 */

/** Structures hold structures three deep in Parquet's own definition, seven at most. */
const MOST_DEPTH = 16;
/** In all: a footer of a thousand columns and a hundred row groups has 1.9 million objects and four million values. */
const MOST_OBJECTS = 2 ** 21;
const MOST_VALUES = 2 ** 23;
const LONGEST_VARINT = 10;

const type = { stop: 0, yes: 1, no: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, struct: 12 };

/**
 * Where the structure that begins at `first` ends.
 * @throws Error with the reason, where it does not end within `bytes`, or is larger or deeper than it can be
 */
export function thriftEnd(bytes: Uint8Array, first: number): number {
  const walk = new Walk(bytes, first);
  walk.structure(0);
  return walk.at;
}

class Walk {
  readonly #bytes: Uint8Array;
  at: number;
  #values = 0;
  /** Values that become objects: structures, lists and bytes. */
  #objects = 0;

  constructor(bytes: Uint8Array, first: number) {
    this.#bytes = bytes;
    this.at = first;
  }

  structure(depth: number): void {
    if (depth > MOST_DEPTH) throw new Error(`structures more than ${MOST_DEPTH} deep`);
    for (;;) {
      const head = this.#byte();
      if ((head & 15) === type.stop) return;
      if (head >> 4 === 0) this.#varint();
      this.#value(head & 15, depth, false);
    }
  }

  /** @param inList there even a boolean takes a byte */
  #value(kind: number, depth: number, inList: boolean): void {
    if (kind >= type.binary) this.#objects++;
    if (++this.#values > MOST_VALUES || this.#objects > MOST_OBJECTS) {
      throw new Error(`a description of more than ${MOST_OBJECTS} parts: too many row groups of too many columns`);
    }
    switch (kind) {
      case type.yes:
      case type.no:
        if (inList) this.#byte();
        return;
      case type.byte:
        this.#byte();
        return;
      case type.i16:
      case type.i32:
      case type.i64:
        this.#varint();
        return;
      case type.double:
        this.#skip(8);
        return;
      case type.binary:
        this.#skip(this.#varint());
        return;
      case type.list:
        this.#list(depth);
        return;
      case type.struct:
        this.structure(depth + 1);
        return;
      default:
        throw new Error(`a value of the unknown type ${kind}`);
    }
  }

  #list(depth: number): void {
    if (depth > MOST_DEPTH) throw new Error(`lists more than ${MOST_DEPTH} deep`);
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Each element takes a byte at least.
    if (length > this.#bytes.length - this.at) throw new Error(`a list of ${length} values, longer than the file`);
    for (let index = 0; index < length; index++) this.#value(head & 15, depth + 1, true);
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error("a description that is cut off");
    return byte;
  }

  #skip(length: number): void {
    this.at += length;
    if (this.at > this.#bytes.length) throw new Error("a description that is cut off");
  }

  #varint(): number {
    let value = 0;
    for (let place = 0; place < LONGEST_VARINT; place++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * place);
      if (byte < 128) return value;
    }
    throw new Error(`a number of more than ${LONGEST_VARINT} bytes`);
  }
}
