/** Pictures of every kind that PNG has, made here byte by byte, and files that are whole but lie. */
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodePng } from "../../src/data/images/png.ts";
import { type PngParts, pngFile, pngPart } from "../support/data-files.ts";

const decoded = (parts: PngParts) => {
  const { pixels, ...rest } = decodePng(pngFile(parts));
  return { ...rest, pixels: [...pixels] };
};
/** Rows without a filter. */
const plain = (...rows: readonly (readonly number[])[]) => Uint8Array.from(rows.flatMap((row) => [0, ...row]));
const palette = pngPart("PLTE", Uint8Array.of(1, 2, 3, 40, 50, 60, 7, 80, 9));
const grey = { width: 3, height: 2, depth: 8, colourType: 0 };
const colours = { width: 2, height: 1, depth: 8, colourType: 2 };

describe("pictures of every kind become bytes", () => {
  test("grey of 8 bits", () => {
    const rows = plain([0, 100, 255], [1, 2, 3]);
    expect(decoded({ ...grey, rows })).toEqual({ width: 3, height: 2, channels: 1, pixels: [0, 100, 255, 1, 2, 3] });
  });

  test.each([
    [1, [0b1010_0000], [0b0100_0000], [255, 0, 255, 0, 255, 0]],
    [2, [0b00_01_10_00], [0b11_00_01_00], [0, 85, 170, 255, 0, 85]],
    [4, [0x0f, 0x10], [0xa5, 0xe0], [0, 255, 17, 170, 85, 238]],
  ])("grey of %i bits, scaled to 255, rows of whole bytes", (depth, first, second, pixels) => {
    expect(decoded({ ...grey, depth, rows: plain(first, second) }).pixels).toEqual(pixels);
  });

  test("colours", () => {
    const rows = plain([1, 2, 3, 4, 5, 6]);
    expect(decoded({ ...colours, rows })).toEqual({ width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6] });
  });

  test.each([
    [2, [0b10_00_01_00]],
    [4, [0x20, 0x10]],
    [8, [2, 0, 1]],
  ])("a palette with places of %i bits", (depth, row) => {
    const parts = { width: 3, height: 1, depth, colourType: 3, rows: plain(row), between: [palette] };
    expect(decoded(parts)).toMatchObject({ channels: 3, pixels: [7, 80, 9, 1, 2, 3, 40, 50, 60] });
  });

  test("an alpha channel that is full is dropped", () => {
    expect(decoded({ ...grey, height: 1, colourType: 4, rows: plain([5, 255, 6, 255, 7, 255]) }).pixels).toEqual([
      5, 6, 7,
    ]);
    const rows = plain([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(decoded({ ...colours, colourType: 6, rows }).pixels).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a transparent colour that no pixel has, and a palette's full alpha, change nothing", () => {
    const between = [pngPart("tRNS", Uint8Array.of(0, 9))];
    expect(decoded({ ...grey, rows: plain([1, 2, 3], [4, 5, 6]), between }).pixels).toEqual([1, 2, 3, 4, 5, 6]);
    const some = [palette, pngPart("tRNS", Uint8Array.of(255))];
    const parts = { width: 2, height: 1, depth: 8, colourType: 3, rows: plain([1, 0]), between: some };
    expect(decoded(parts).pixels).toEqual([40, 50, 60, 1, 2, 3]);
  });

  test("every filter is undone", () => {
    // Each row is 10, 20, 40 before its filter: as it is, less its left, its upper, their mean, what Paeth predicts.
    const rows = Uint8Array.from(
      [
        [0, 10, 20, 40],
        [1, 10, 10, 20],
        [2, 0, 0, 0],
        [3, 5, 5, 10],
        [4, 0, 0, 0],
      ].flat(),
    );
    const pixels = Array.from({ length: 5 }, () => [10, 20, 40]).flat();
    expect(decoded({ ...grey, height: 5, rows }).pixels).toEqual(pixels);
  });

  test("data in several parts, among parts that pixels are not made from", () => {
    const rows = plain([1, 2, 3], [4, 5, 6]);
    const whole = pngFile({ ...grey, rows, between: [pngPart("gAMA", Uint8Array.of(0, 0, 177, 143))] });
    const data = deflateSync(rows);
    const split = Buffer.concat([
      whole.subarray(0, 33),
      ...[data.subarray(0, 3), data.subarray(3, -2), data.subarray(-2)].map((part) => pngPart("IDAT", part)),
      pngPart("IEND", new Uint8Array()),
    ]);
    expect([...decodePng(whole).pixels]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...decodePng(split).pixels]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("files whose checksums are right and that lie are refused", () => {
  const rows = plain([1, 2, 3], [4, 5, 6]);
  const whole = pngFile({ ...grey, rows });
  const header = (width: number) => pngPart("IHDR", Uint8Array.of(0, 0, width >> 8, width, 0, 0, 0, 2, 8, 0, 0, 0, 0));
  const withData = (...parts: Uint8Array[]) =>
    new Uint8Array(Buffer.concat([whole.subarray(0, 33), ...parts, pngPart("IEND", new Uint8Array())]));
  const packed = deflateSync(rows);
  const elsewhere = Uint8Array.from(packed, (byte, at) => (at === packed.length - 1 ? byte ^ 1 : byte));
  const entry = (value: number) => pngPart("tRNS", Uint8Array.of(0, value));

  test.each<[string, Uint8Array, RegExp]>([
    ["fewer rows than the header says", pngFile({ ...grey, height: 3, rows }), /holds 8 of 12 bytes/],
    ["more rows", pngFile({ ...grey, height: 1, rows }), /more than 4 bytes/],
    ["a second header", pngFile({ ...grey, rows, between: [header(4096)] }), /not its first part/],
    ["another part first", new Uint8Array([...whole.subarray(0, 8), ...entry(1), ...whole.subarray(8)]), /./],
    ["data whose checksum is wrong", withData(pngPart("IDAT", elsewhere)), /checksum of its pixels/],
    ["data that go on", withData(pngPart("IDAT", Buffer.concat([packed, Buffer.alloc(9)]))), /checksum of its pixels/],
    ["data that are cut off", withData(pngPart("IDAT", packed.subarray(0, -6))), /./],
    ["data that are not packed", withData(pngPart("IDAT", rows)), /./],
    ["no data", withData(), /0 of 8 bytes/],
    ["data in two places", withData(pngPart("IDAT", packed), entry(1), pngPart("IDAT", packed)), /IDAT comes again/],
    [
      "a part that must be understood",
      pngFile({ ...grey, rows, between: [pngPart("CgBI", rows)] }),
      /CgBI is of an unk/,
    ],
    ["a filter that there is not", pngFile({ ...grey, height: 1, rows: Uint8Array.of(5, 1, 2, 3) }), /filter: 5/],
    [
      "bits that its colours cannot have",
      pngFile({ ...colours, depth: 4, rows }),
      /4 bits a channel with colour type 2/,
    ],
    ["a colour type that there is not", pngFile({ ...grey, colourType: 5, rows }), /colour type is 5/],
    ["no palette", pngFile({ ...grey, colourType: 3, rows }), /palette is missing/],
    ["a place behind its palette", pngFile({ ...grey, colourType: 3, rows, between: [palette] }), /palette color/],
    ["a pixel of the transparent colour", pngFile({ ...grey, rows, between: [entry(6)] }), /transparent pixels/],
    [
      "a transparent colour of few bits",
      pngFile({ ...grey, depth: 4, rows: plain([0x10, 0], [0, 0]), between: [entry(1)] }),
      /transparent pixels/,
    ],
    [
      "a transparent colour of two values",
      pngFile({ ...grey, rows, between: [pngPart("tRNS", rows)] }),
      /8 of 2 bytes/,
    ],
    ["something behind its end", new Uint8Array([...whole, 0]), /goes on after its end/],
  ])("%s", (_, file, message) => {
    expect(() => decodePng(file)).toThrow(message);
  });

  test("a bomb is given up when it exceeds what the header says", () => {
    const bomb = pngFile({ ...grey, rows: new Uint8Array(2 ** 27) });
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decodePng(bomb)).toThrow(/more than 8 bytes/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });

  test("so is one in a part that pixels are not made from: it is passed over", () => {
    const profile = Buffer.concat([Buffer.from("x\0\0"), deflateSync(new Uint8Array(2 ** 26))]);
    const bomb = pngFile({ ...grey, rows, between: [pngPart("iCCP", profile)] });
    const before = process.memoryUsage().arrayBuffers;
    expect([...decodePng(bomb).pixels]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});
