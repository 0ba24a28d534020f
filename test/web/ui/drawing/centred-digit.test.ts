/** A drawing becomes a digit as MNIST has them, wherever and however large it was drawn. */
import { describe, expect, test } from "vitest";
import { centredDigit } from "../../../../web/ui/drawing/centred-digit.ts";

const SIDE = 112;
const shape = [28, 28] as const;

/** A drawing with rectangles of ink: [left, top, width, height]. */
function drawing(...boxes: readonly (readonly [number, number, number, number])[]): Uint8Array {
  const ink = new Uint8Array(SIDE * SIDE);
  for (const [left, top, width, height] of boxes) {
    for (let y = top; y < top + height; y++) ink.fill(255, y * SIDE + left, y * SIDE + left + width);
  }
  return ink;
}

function boundsOf(picture: Uint8Array, [rows, columns]: readonly [number, number] = shape) {
  const places = [...picture.keys()].filter((place) => picture[place]! > 0);
  const [xs, ys] = [places.map((place) => place % columns), places.map((place) => Math.floor(place / columns))];
  const mass = picture.reduce((sum, ink) => sum + ink, 0);
  const moment = (at: (place: number) => number) =>
    picture.reduce((sum, ink, place) => sum + ink * (at(place) + 0.5), 0) / mass;
  return {
    width: Math.max(...xs) - Math.min(...xs) + 1,
    height: Math.max(...ys) - Math.min(...ys) + 1,
    x: moment((place) => place % columns),
    y: moment((place) => Math.floor(place / columns)),
    inside: Math.min(...xs) >= 0 && Math.max(...xs) < columns && Math.max(...ys) < rows,
  };
}

describe("a drawn digit", () => {
  /** A seven: a bar, and a stem at its right end. */
  const seven = (left: number, top: number) => drawing([left, top, 40, 10], [left + 30, top, 10, 60]);

  test("is 20 pixels at its longer side, with its proportions and its centre of mass in the middle", () => {
    const digit = centredDigit(seven(20, 10), SIDE, shape)!;
    const { width, height, x, y } = boundsOf(digit);
    expect(height).toBe(20);
    expect(width).toBe(14); // 40 / 60 of 20, begun pixels counted
    expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
  });

  test("keeps its ink: each pixel has the share of it that is inked", () => {
    const digit = centredDigit(drawing([10, 10, 40, 80]), SIDE, shape)!;
    // 10 x 20 pixels, full.
    expect(digit.reduce((sum, ink) => sum + ink, 0)).toBe(200 * 255);
    expect(digit.filter((ink) => ink === 255).length).toBe(200);
    const thin = centredDigit(drawing([10, 10, 2, 80]), SIDE, shape)!;
    // A half of a pixel wide.
    expect(Math.max(...thin)).toBe(128);
  });

  test("is the same wherever it was drawn, and at twice the size", () => {
    const digit = centredDigit(seven(20, 10), SIDE, shape);
    expect(centredDigit(seven(60, 50), SIDE, shape)).toEqual(digit);
    const half = drawing([20, 10, 20, 5], [35, 10, 5, 30]);
    expect(centredDigit(half, SIDE, shape)).toEqual(digit);
  });

  test("whose mass lies at one end stays inside the picture", () => {
    const flag = drawing([10, 10, 4, 90], [10, 10, 90, 30]);
    const { width, height, inside, y } = boundsOf(centredDigit(flag, SIDE, shape)!);
    expect([width, height, inside]).toEqual([20, 20, true]);
    expect(y).toBeLessThan(14);
  });

  test("fits pictures of other sizes, by the same share", () => {
    const digit = centredDigit(seven(20, 10), SIDE, [8, 14])!;
    expect(digit).toHaveLength(8 * 14);
    expect(boundsOf(digit, [8, 14]).height).toBe(6); // 8 * 20 / 28, rounded
  });

  test("is none where nothing is drawn", () => {
    expect(centredDigit(new Uint8Array(SIDE * SIDE), SIDE, shape)).toBeUndefined();
  });
});
