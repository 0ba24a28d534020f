/** The IDX reader: what it yields from good files, and what it says of each kind of damage. */
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { parseIdx, writeIdx } from "../../src/data/images/idx.ts";

/** An IDX file written byte by byte, so that the encoder is not its own judge. Sizes below 256. */
function file(sizes: readonly number[], items: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size]), ...items]);
}

function faultOf(bytes: Uint8Array): RunError["fault"] {
  try {
    parseIdx(bytes, "some-file");
  } catch (error) {
    if (error instanceof RunError) return error.fault;
    throw error;
  }
  throw new Error("the file was accepted");
}

describe("parseIdx", () => {
  test("reads arrays of one, two, three and four dimensions", () => {
    for (const shape of [[5], [2, 3], [2, 3, 4], [1, 2, 3, 2]]) {
      const items = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => 255 - index);
      const parsed = parseIdx(file(shape, items), "some-file");
      expect(parsed.shape).toEqual(shape);
      expect([...parsed.bytes]).toEqual(items);
    }
  });

  test("reads sizes as big-endian 32-bit integers", () => {
    const items = new Uint8Array(0x010203);
    const bytes = Uint8Array.from([0, 0, 8, 1, 0, 1, 2, 3, ...items]);
    expect(parseIdx(bytes, "some-file").shape).toEqual([0x010203]);
  });

  test("yields a view into the file, also where the file is itself a view", () => {
    const memory = new Uint8Array(100);
    memory.set(file([3], [7, 8, 9]), 11);
    const { bytes } = parseIdx(memory.subarray(11, 22), "some-file");
    expect([...bytes]).toEqual([7, 8, 9]);
    expect(bytes.buffer).toBe(memory.buffer);
  });

  const good = file([2, 3], [1, 2, 3, 4, 5, 6]);
  const damaged: readonly (readonly [string, Uint8Array, { what: RegExp; expected?: RegExp; found: RegExp }])[] = [
    ["no bytes at all", new Uint8Array(), { what: /empty/, found: /^0 bytes/ }],
    ["fewer bytes than the magic", good.subarray(0, 3), { what: /too short/, found: /^3 bytes/ }],
    ["a header cut off", good.subarray(0, 11), { what: /header is cut off/, expected: /^12 /, found: /^11 bytes/ }],
    ["a first byte that is not zero", good.with(0, 1), { what: /not an IDX/, found: /01 00 08 02/ }],
    ["a second byte that is not zero", good.with(1, 1), { what: /not an IDX/, found: /00 01 08 02/ }],
    ["another type of items", good.with(2, 0x0d), { what: /not an IDX/, found: /00 00 0d 02/ }],
    ["no dimensions", good.with(3, 0), { what: /not an IDX/, found: /00 00 08 00/ }],
    ["one byte too few", good.subarray(0, -1), { what: /truncated/, expected: /^6 bytes.*2 x 3/, found: /^5 bytes/ }],
    ["one byte too many", Uint8Array.of(...good, 0), { what: /goes on/, expected: /^6 bytes/, found: /^7 bytes/ }],
    ["zero samples", file([0, 3], []), { what: /no items/, found: /0 x 3/ }],
    ["samples of no pixels", file([3, 0], []), { what: /no items/, found: /3 x 0/ }],
    ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), { what: /not an IDX/, found: /gzip/ }],
    [
      "sizes no file can have",
      Uint8Array.from([0, 0, 8, 2, ...new Array(8).fill(255), 1]),
      { what: /impossible/, found: /4294967295 x 4294967295/ },
    ],
  ];
  test.each(damaged)("refuses %s and says what was expected, what was found and what to do", (_, bytes, message) => {
    const fault = faultOf(bytes);
    expect(fault.where).toBe("some-file");
    expect(fault.what).toMatch(message.what);
    expect(fault.expected).toMatch(message.expected ?? /./);
    expect(fault.found).toMatch(message.found);
    expect(fault.fix).toMatch(/./);
  });
});

describe("writeIdx", () => {
  test("writes the header and the items", () => {
    expect([...writeIdx({ shape: [2, 258], bytes: new Uint8Array(516).fill(9) }).subarray(0, 14)]).toEqual([
      0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 1, 2, 9, 9,
    ]);
  });

  test("is undone by parseIdx", () => {
    const array = { shape: [2, 2, 2], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    expect(parseIdx(writeIdx(array), "some-file")).toEqual(array);
  });

  test("refuses items that do not fill the shape, and shapes the format cannot hold", () => {
    expect(() => writeIdx({ shape: [2, 2], bytes: new Uint8Array(3) })).toThrow(/takes 4 bytes, got 3/);
    expect(() => writeIdx({ shape: [], bytes: new Uint8Array(1) })).toThrow(RangeError);
    expect(() => writeIdx({ shape: [0.5, 2], bytes: new Uint8Array(1) })).toThrow(/32-bit/);
    expect(() => writeIdx({ shape: [2 ** 32, 0], bytes: new Uint8Array(0) })).toThrow(/32-bit/);
  });
});
