/** Raw Snappy against what hyparquet-writer packs, and against bytes that lie. */
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { expect, test } from "vitest";
import { unpackSnappy } from "../../src/formats/snappy.ts";

/** Runs, repeats at a distance and noise, in turn. */
function content(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => {
    const stretch = Math.floor(at / 50) % 3;
    return stretch === 0 ? 7 : stretch === 1 ? at % 13 : (at * at * 31 + at * 7) >> 3;
  });
}

test.each([0, 1, 60, 61, 256, 257, 65_535, 65_536, 200_003])("%i bytes are unpacked as they were", (length) => {
  const bytes = content(length);
  expect(Buffer.compare(unpackSnappy(snappyCompress(bytes), length), bytes)).toBe(0);
});

test("each kind of element is read: short and long literals, copies with offsets of 1, 2 and 4 bytes", () => {
  const literal = (text: string, ...head: number[]) => [...head, ...Buffer.from(text)];
  const packed = [
    18,
    ...literal("abc", 2 << 2),
    ...literal("defg", 60 << 2, 3),
    (0 << 2) | 1,
    7, // 4 bytes from 7 before
    (2 << 2) | 2,
    1,
    0, // 3 bytes from 1 before: what is written is read again
    (3 << 2) | 3,
    14,
    0,
    0,
    0, // 4 bytes from the beginning
  ];
  expect(Buffer.from(unpackSnappy(Uint8Array.from(packed), 18)).toString()).toBe("abcdefgabcddddabcd");
});

test.each<[string, number[], RegExp]>([
  [
    "a literal of 2^32 - 5 bytes, which as a signed number leads back to itself",
    [1, 0xfc, 0xfa, 255, 255, 255],
    /beyond their 1 bytes/,
  ],
  ["another length", [2, 0, 7], /of 2 bytes instead of 1/],
  ["a length that does not end", [0x80, 0x80, 0x80, 0x80, 0x80, 1], /cut off/],
  ["a copy from before the beginning", [4, 0, 7, (0 << 2) | 2, 2, 0], /instead of 1|from outside/],
  ["a literal that is cut off", [1, 0], /cut off/],
  ["an offset that is cut off", [1, 2, 0], /cut off/],
  ["too little", [1], /cut off/],
  ["nothing", [], /cut off/],
])("%s is refused", (_, packed, reason) => {
  expect(() => unpackSnappy(Uint8Array.from(packed), packed[0] === 4 ? 4 : 1)).toThrow(reason);
});
