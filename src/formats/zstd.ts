/**
 * A Zstandard frame (RFC 8878), unpacked by fzstd to exactly so many bytes. fzstd itself neither says how many there were
 * nor stops behind the last of them; so the blocks are walked first, and an empty one is put behind the last, where fzstd
 * tells how far it came.
 */
import { decompress } from "fzstd";

const MAGIC = 0xfd2fb528;
const MOST_BLOCK = 2 ** 17;
const [REPEATED, COMPRESSED] = [1, 2];
/** The last one, compressed, of two bytes: no literals, no sequences. */
const EMPTY_BLOCK = [(2 << 3) | (COMPRESSED << 1) | 1, 0, 0, 0, 0];

/** @throws Error with the reason, where this is not one whole frame of that size */
export function unpackZstd(packed: Uint8Array, size: number): Uint8Array {
  const { last, end } = blocksOf(packed, size);
  const frame = new Uint8Array(end + EMPTY_BLOCK.length);
  frame.set(packed.subarray(0, end));
  frame[last]! &= ~1;
  // With it no longer last, what follows would be taken for a checksum.
  frame.set(EMPTY_BLOCK, end);
  frame[4]! &= ~4;
  const unpacked = new MeasuredBytes(size);
  decompress(frame, unpacked);
  if (unpacked.reached !== size) throw new Error(`a Zstandard frame of ${unpacked.reached} bytes instead of ${size}`);
  return new Uint8Array(unpacked.buffer);
}

/** Where the last block begins and ends. */
function blocksOf(packed: Uint8Array, size: number): { last: number; end: number } {
  const { next, checksum } = frameHead(packed, size);
  for (let at = next; at + 3 <= packed.length; ) {
    const head = packed[at]! + 256 * packed[at + 1]! + 65536 * packed[at + 2]!;
    const [type, length] = [(head >> 1) & 3, head >> 3];
    const bytes = type === REPEATED ? 1 : length;
    if (type > COMPRESSED || length > MOST_BLOCK || (type !== COMPRESSED && length > size)) {
      throw new Error(`a Zstandard block of type ${type} and ${length} bytes`);
    }
    const end = at + 3 + bytes;
    if ((head & 1) === 1) {
      if (end + checksum !== packed.length) throw new Error("a Zstandard frame of another length");
      return { last: at, end };
    }
    at = end;
  }
  throw new Error("a Zstandard frame that is cut off");
}

/** Where the blocks begin, and the bytes of the checksum behind them. */
function frameHead(packed: Uint8Array, size: number): { next: number; checksum: number } {
  if (packed.length < 9) throw new Error("a Zstandard frame that is cut off");
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const flags = packed[4]!;
  if (view.getUint32(0, true) !== MAGIC || (flags & 0b1011) !== 0) {
    throw new Error("bytes that are not a Zstandard frame without a dictionary");
  }
  const single = (flags & 32) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const first = single ? 5 : 6;
  const next = first + sizeBytes;
  if (next > packed.length) throw new Error("a Zstandard frame that is cut off");
  const announced = sizeBytes === 0 ? size : littleEndian(packed.subarray(first, next)) + (sizeBytes === 2 ? 256 : 0);
  if (announced !== size) throw new Error(`a Zstandard frame of ${announced} bytes instead of ${size}`);
  return { next, checksum: (flags & 4) === 0 ? 0 : 4 };
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** fzstd takes from its output the part that a compressed block may fill, which begins where the blocks before ended. */
class MeasuredBytes extends Uint8Array {
  reached = 0;

  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  override subarray(begin = 0, end = this.length): Uint8Array<ArrayBuffer> {
    // Beyond its end fzstd would go through blocks for nothing, for minutes.
    if (begin > this.length) throw new Error(`a Zstandard frame of more than ${this.length} bytes`);
    this.reached = begin;
    return super.subarray(begin, end) as Uint8Array<ArrayBuffer>;
  }
}
