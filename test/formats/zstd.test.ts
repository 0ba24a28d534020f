/** Zstandard frames put together by hand: what they unpack to is exactly what was asked for, or they are refused. */
import { expect, test } from "vitest";
import { unpackZstd } from "../../src/formats/zstd.ts";

type Block = readonly [type: number, length: number, content: readonly number[]];
const raw = (...bytes: number[]): Block => [0, bytes.length, bytes];
const repeated = (byte: number, count: number): Block => [1, count, [byte]];
/** Literals alone, stored: their length, the bytes, and that there are no sequences. */
const literals = (...bytes: number[]): Block => [2, bytes.length + 2, [bytes.length << 3, ...bytes, 0]];

/** @param announced the size in the head; none where it is undefined */
function frame(blocks: readonly Block[], announced?: number, checksum: readonly number[] = []): Uint8Array {
  const flags = (announced === undefined ? 0 : 0x80) | (checksum.length === 0 ? 0 : 4);
  const size = announced === undefined ? [] : [...new Uint8Array(Uint32Array.of(announced).buffer)];
  const packed = blocks.flatMap(([type, length, content], index) => {
    const head = (length << 3) | (type << 1) | (index === blocks.length - 1 ? 1 : 0);
    return [head & 255, (head >> 8) & 255, head >> 16, ...content];
  });
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, flags, 0x38, ...size, ...packed, ...checksum]);
}

test.each<[string, Uint8Array]>([
  ["stored", frame([raw(1, 2, 2, 2)], 4)],
  ["repeated", frame([raw(1), repeated(2, 3)], 4)],
  ["compressed", frame([literals(1, 2, 2, 2)], 4)],
  ["several blocks, no size and a checksum", frame([raw(1), literals(2, 2), repeated(2, 1)], undefined, [9, 9, 9, 9])],
])("a frame is unpacked: %s", (_, packed) => {
  expect([...unpackZstd(packed, 4)]).toEqual([1, 2, 2, 2]);
});

const whole = frame([raw(1, 2, 2, 2)], 4);
test.each<[string, Uint8Array, RegExp]>([
  ["fewer bytes than asked for", frame([literals(1, 2)]), /of 2 bytes instead of 4/],
  ["more", frame([literals(1, 2, 3, 4), literals(5), literals(6)]), /frame of|more than 4|out of bounds/],
  ["more, repeated", frame([repeated(1, 4), repeated(1, 4)]), /frame of|more than 4/],
  ["another size in its head", frame([raw(1, 2, 2, 2)], 5), /of 5 bytes instead of 4/],
  ["a size beyond all memory in its head", frame([raw(1, 2, 2, 2)], 0xffffffff), /of 4294967295 bytes instead of 4/],
  ["a block longer than the whole", frame([repeated(1, 2 ** 17)]), /block of type 1 and 131072 bytes/],
  ["a block of an unknown type", frame([[3, 1, [0]]]), /block of type 3/],
  ["the end cut off", whole.subarray(0, -1), /another length/],
  ["something behind its end", Uint8Array.of(...whole, 0), /another length/],
  ["no last block", frame([raw(1), raw(2)]).subarray(0, -4), /cut off/],
  ["another beginning", whole.map((byte) => byte ^ 1), /not a Zstandard frame/],
  ["nothing", new Uint8Array(0), /cut off/],
])("a frame with %s is refused", (_, packed, reason) => {
  expect(() => unpackZstd(packed, 4)).toThrow(reason);
});
