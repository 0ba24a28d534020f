import { expect, test } from "vitest";
import { PAD_SIDE, penAfterKey, penAtFirst } from "../../../../web/ui/drawing/pen.ts";

test("arrows move the pen as far as the pad goes, and the space bar puts it down and lifts it", () => {
  const right = penAfterKey(penAtFirst, "ArrowRight")!;
  expect(right).toEqual({ ...penAtFirst, x: penAtFirst.x + 4 });
  expect(penAfterKey(right, "ArrowLeft")).toEqual(penAtFirst);
  const down = penAfterKey(right, " ")!;
  expect([down.isDown, penAfterKey(down, " ")!.isDown]).toEqual([true, false]);
  let pen = down;
  for (let press = 0; press < PAD_SIDE; press++) pen = penAfterKey(pen, "ArrowDown")!;
  expect(pen.y).toBeLessThan(PAD_SIDE);
  expect(penAfterKey(pen, "ArrowDown")).toEqual(pen);
  expect(penAfterKey(pen, "a")).toBeUndefined();
});
