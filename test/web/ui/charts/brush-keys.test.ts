import { describe, expect, test } from "vitest";
import { type Box, boxAfterKey } from "../../../../web/ui/charts/brush-keys.ts";

const plot: Box = [
  { x: 50, y: 10 },
  { x: 210, y: 170 },
];
const box = (left: number, top: number, right: number, bottom: number): Box => [
  { x: left, y: top },
  { x: right, y: bottom },
];

describe("a selection box under arrow keys", () => {
  test("is a quarter of the plot, in its middle, at first", () => {
    expect(boxAfterKey(undefined, "ArrowUp", false, plot)).toEqual(box(110, 70, 150, 110));
  });

  test("moves by a step, whichever corner was drawn first", () => {
    expect(boxAfterKey(box(150, 110, 110, 70), "ArrowRight", false, plot)).toEqual(box(120, 70, 160, 110));
    expect(boxAfterKey(box(110, 70, 150, 110), "ArrowUp", false, plot)).toEqual(box(110, 60, 150, 100));
  });

  test("stays in the plot with its size", () => {
    expect(boxAfterKey(box(52, 70, 92, 110), "ArrowLeft", false, plot)).toEqual(box(50, 70, 90, 110));
    expect(boxAfterKey(box(50, 130, 90, 170), "ArrowDown", false, plot)).toEqual(box(50, 130, 90, 170));
  });

  test("is stretched and shrunk with Shift, to a step at least and to the plot's end", () => {
    expect(boxAfterKey(box(110, 70, 150, 110), "ArrowDown", true, plot)).toEqual(box(110, 70, 150, 120));
    expect(boxAfterKey(box(110, 70, 125, 110), "ArrowLeft", true, plot)).toEqual(box(110, 70, 120, 110));
    expect(boxAfterKey(box(110, 70, 205, 110), "ArrowRight", true, plot)).toEqual(box(110, 70, 210, 110));
    expect(boxAfterKey(box(110, 70, 150, 165), "ArrowDown", true, plot)).toEqual(box(110, 70, 150, 170));
  });

  test("is the same on a plot whose corners come in another order", () => {
    const turned: Box = [plot[1], plot[0]];
    expect(boxAfterKey(undefined, "ArrowUp", false, turned)).toEqual(box(110, 70, 150, 110));
    expect(boxAfterKey(box(52, 70, 92, 110), "ArrowLeft", false, turned)).toEqual(box(50, 70, 90, 110));
  });
});
