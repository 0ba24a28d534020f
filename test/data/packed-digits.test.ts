/** Digits in one piece: what is packed comes back, and what is damaged does not. */
import { expect, test } from "vitest";
import { decodeDigits, encodeDigits } from "../../src/data/digits/packed-digits.ts";

const digits = {
  images: Uint8Array.from({ length: 3 * 784 }, (_, index) => index % 256),
  labels: Uint8Array.of(1, 2, 9),
};

test("packed digits come back as they were", async () => {
  expect(await decodeDigits(await encodeDigits(digits))).toEqual(digits);
});

test("a changed byte anywhere, a cut, an added byte and nothing at all are not taken for digits", async () => {
  const packed = await encodeDigits(digits);
  for (const place of [0, 31, 32, 1000, packed.length - 1]) {
    expect(await decodeDigits(packed.with(place, packed[place]! ^ 1)), `byte ${place}`).toBeUndefined();
  }
  expect(await decodeDigits(packed.slice(0, -785))).toBeUndefined();
  expect(await decodeDigits(Uint8Array.of(...packed, 0))).toBeUndefined();
  expect(await decodeDigits(new Uint8Array())).toBeUndefined();
  expect(
    await decodeDigits(await encodeDigits({ images: new Uint8Array(), labels: new Uint8Array() })),
  ).toBeUndefined();
});
