/** Plain data as bytes, and back. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePlain, encodePlain } from "../../src/formats/plain-bytes.ts";

const there = (value: unknown) => decodePlain(encodePlain(value));

describe("plain data come back as they were", () => {
  test("numbers that JSON lacks, at any depth", () => {
    const value = { a: [-0, Number.NaN, Number.POSITIVE_INFINITY, { b: Number.NEGATIVE_INFINITY }], c: 0.1, d: 5e-324 };
    expect(there(value)).toStrictEqual(value);
    expect(Object.is((there([-0]) as number[])[0], -0)).toBe(true);
  });

  test("typed arrays of every type, in the order of their fields, empty ones and views among them", () => {
    const whole = Float64Array.from({ length: 9 }, (_, index) => index / 7);
    const value = {
      bytes: Uint8Array.of(1, 2, 255),
      words: Uint16Array.of(65_535),
      nothing: new Uint32Array(),
      counts: Uint32Array.of(0xffffffff, 7),
      floats: Float32Array.of(-0, Number.NaN, 1e-45),
      view: whole.subarray(3, 5),
    };
    expect(there(value)).toStrictEqual({ ...value, view: whole.slice(3, 5) });
  });

  test("arrays own what they hold: neither the bytes nor what was encoded can change them", () => {
    const values = Uint32Array.of(1, 2, 3);
    const bytes = encodePlain({ values });
    const back = decodePlain(bytes) as { values: Uint32Array };
    values.fill(9);
    bytes.fill(0);
    expect([...back.values]).toEqual([1, 2, 3]);
    expect(back.values.buffer.byteLength).toBe(12);
  });

  test("wherever the bytes begin in their memory", () => {
    const bytes = encodePlain({ values: Float64Array.of(1.5, -2.25) });
    for (let first = 0; first < 9; first++) {
      const moved = new Uint8Array(bytes.length + 16);
      moved.set(bytes, first);
      expect(decodePlain(moved.subarray(first, first + bytes.length))).toEqual({ values: Float64Array.of(1.5, -2.25) });
    }
  });

  test("whatever they are", () => {
    const arrays = fc.oneof(fc.uint8Array(), fc.uint16Array(), fc.uint32Array(), fc.float32Array(), fc.float64Array());
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        arrays,
        fc.array(tie("tree")),
        fc.dictionary(fc.stringMatching(/^[a-z]\w*$/), tie("tree"), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(there(value)).toStrictEqual(value);
      }),
    );
  });
});

test("equal data have equal bytes, and the arrays in them begin at multiples of 8", () => {
  const value = { name: "é", first: Uint8Array.of(1), second: Float64Array.of(0.5) };
  const bytes = encodePlain(value);
  expect(encodePlain({ ...value })).toEqual(bytes);
  const header = new DataView(bytes.buffer).getUint32(0, true);
  expect((4 + header) % 8).toBe(0);
  expect(bytes.length).toBe(4 + header + 16);
  expect(new TextDecoder().decode(bytes.subarray(4, 4 + header)).trimEnd()).toBe(
    '{"name":"é","first":{"$":"Uint8Array","first":0,"length":1},"second":{"$":"Float64Array","first":8,"length":1}}',
  );
});

test("a field that is undefined is left out", () => {
  expect(there({ a: 1, b: undefined })).toStrictEqual({ a: 1 });
});

test.each([
  ["a function", () => 1],
  ["a bigint", 1n],
  ["a symbol", Symbol("a")],
  ["an item that is undefined", [undefined]],
  ["an array of another type", Int8Array.of(1)],
  ["a field called $", { $: "number" }],
])("%s is refused", (_, value) => {
  expect(() => encodePlain({ deep: [value] })).toThrow(TypeError);
});
