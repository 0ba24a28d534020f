/** Samples as pictures, wherever their channels stand. */
import { describe, expect, test } from "vitest";
import { pictureLayout, pictureOf, weightPicture } from "../../../web/ui/picture.ts";

/** RGB of each pixel. */
const colours = ({ bytes }: { readonly bytes: Uint8ClampedArray }) =>
  Array.from({ length: bytes.length / 4 }, (_, pixel) => [...bytes.subarray(4 * pixel, 4 * pixel + 3)]);

describe("a sample", () => {
  test.each([[[2, 3]], [[2, 3, 1]], [[1, 2, 3]]])("of one channel, %j, is seen in greys", (shape) => {
    const values = [0, 10, 20, 100, 110, 120];
    const picture = pictureOf(values, pictureLayout(shape)!);
    expect(picture).toMatchObject({ rows: 2, columns: 3 });
    expect(colours(picture)).toEqual(values.map((value) => [value, value, value]));
  });

  test("of three colours is the same picture with channels first and last", () => {
    const wanted = Array.from({ length: 4 * 5 }, (_, pixel) => [pixel, 100 + pixel, 200 + pixel]);
    const planes = [0, 1, 2].flatMap((channel) => wanted.map((colour) => colour[channel]!));
    for (const [shape, values] of [
      [[4, 5, 3], wanted.flat()],
      [[3, 4, 5], planes],
    ] as const) {
      const picture = pictureOf(values, pictureLayout(shape)!);
      expect(picture).toMatchObject({ rows: 4, columns: 5 });
      expect(colours(picture)).toEqual(wanted);
    }
  });

  test.each([
    ["a row of a table", [7]],
    ["of four channels", [4, 8, 8]],
    ["of four axes", [3, 2, 8, 8]],
  ])("%s is no picture", (_, shape) => {
    expect(pictureLayout(shape)).toBeUndefined();
  });
});

test("weights are grey at 0, black and white where they are far from it, whatever their size", () => {
  const weights = [0, 1, -1, ...Array.from({ length: 97 }, () => 0)];
  for (const size of [1, 1000]) {
    const picture = weightPicture(
      weights.map((weight) => weight * size),
      pictureLayout([10, 10])!,
    );
    expect(
      colours(picture)
        .slice(0, 4)
        .map(([grey]) => grey),
    ).toEqual([128, 255, 0, 128]);
  }
  expect(colours(weightPicture(new Float32Array(4), pictureLayout([2, 2])!))[0]).toEqual([128, 128, 128]);
});
