import { expect, test } from "vitest";
import { oncePerFrame } from "../../../web/ui/once-per-frame.ts";

/** Frames that come when the test says so. */
function frames() {
  const waiting = new Map<number, FrameRequestCallback>();
  let handles = 0;
  return {
    requestAnimationFrame(callback: FrameRequestCallback) {
      waiting.set(++handles, callback);
      return handles;
    },
    cancelAnimationFrame: (handle: number) => void waiting.delete(handle),
    show() {
      const due = [...waiting.values()];
      waiting.clear();
      for (const callback of due) callback(0);
    },
  };
}

test("thirty notices between two frames are drawn once, and one after them again", () => {
  const screen = frames();
  let drawn = 0;
  const drawing = oncePerFrame(() => void drawn++, screen);
  for (let notice = 0; notice < 30; notice++) drawing.ask();
  expect(drawn).toBe(0);
  screen.show();
  expect(drawn).toBe(1);
  drawing.ask();
  screen.show();
  expect(drawn).toBe(2);
});

test("nothing is drawn after the end", () => {
  const screen = frames();
  const drawing = oncePerFrame(() => expect.unreachable(), screen);
  drawing.ask();
  drawing.stop();
  screen.show();
});
