/** Where a digit is drawn, by mouse, finger or keys. What stands on it is the sample on show until the first stroke. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { centredDigit } from "../drawing/centred-digit.ts";
import { inkOn, PAD_SIDE, type Pen, type Point, penAfterKey, penAtFirst, stroke, wipe } from "../drawing/pen.ts";

interface DrawPadProps {
  /** [rows, columns] of a sample. */
  readonly shape: readonly [number, number];
  /** Whether what is on show was drawn. */
  readonly isDrawn: boolean;
  /** Given [rows, columns] bytes as the network gets them, after every bit of a stroke. */
  readonly onDraw: (pixels: Uint8Array) => void;
  readonly onClear: () => void;
  /** The sample on show. */
  readonly children?: ComponentChildren;
}

const HELP =
  "Draw a digit here. Arrow keys move the pen, the space bar puts it down and lifts it, Delete clears. It is scaled and " +
  "centred as MNIST's digits are.";

export function DrawPad({ shape, isDrawn, onDraw, onClear, children }: DrawPadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point>();
  const [pen, setPen] = useState<Pen>();
  const [hasInk, setHasInk] = useState(false);
  const context = () => canvas.current!.getContext("2d", { willReadFrequently: true })!;
  const clear = () => {
    wipe(context());
    setHasInk(false);
  };
  // Another sample has been picked, or what was drawn has gone with its network.
  useEffect(() => {
    if (!isDrawn) clear();
  }, [isDrawn]);
  const draw = (from: Point, to: Point) => {
    stroke(context(), from, to);
    setHasInk(true);
    const pixels = centredDigit(inkOn(context()), PAD_SIDE, shape);
    if (pixels !== undefined) onDraw(pixels);
  };
  const pointer = pointerStrokes(last, draw);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      clear();
      onClear();
      return;
    }
    const before = pen ?? penAtFirst;
    const after = penAfterKey(before, event.key);
    if (after === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setPen(after);
    if (after.isDown) draw(before, after);
  };
  const place = pen && { left: `${(100 * pen.x) / PAD_SIDE}%`, top: `${(100 * pen.y) / PAD_SIDE}%` };
  return (
    <div
      class="draw-pad"
      role="application"
      title={HELP}
      aria-label={HELP}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys draw here
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => setPen(undefined)}
      {...pointer}
    >
      {hasInk ? null : children}
      <canvas ref={canvas} width={PAD_SIDE} height={PAD_SIDE} />
      {place === undefined ? null : <i class={pen!.isDown ? "pen down" : "pen"} style={place} />}
      <span class="hidden-text" role="status">
        {pen === undefined ? "" : pen.isDown ? "The pen is down." : "The pen is up."}
      </span>
    </div>
  );
}

/** @param last where the stroke under way has come to */
function pointerStrokes(last: { current: Point | undefined }, draw: (from: Point, to: Point) => void) {
  const pointOf = (event: PointerEvent): Point => {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    return { x: ((event.clientX - left) / width) * PAD_SIDE, y: ((event.clientY - top) / height) * PAD_SIDE };
  };
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      last.current = pointOf(event);
      draw(last.current, last.current);
    },
    onPointerMove(event: PointerEvent) {
      if (last.current === undefined) return;
      const to = pointOf(event);
      draw(last.current, to);
      last.current = to;
    },
    onPointerUp() {
      last.current = undefined;
    },
    onPointerCancel() {
      last.current = undefined;
    },
  };
}
