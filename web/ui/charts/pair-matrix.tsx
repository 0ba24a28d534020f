/** Values of all pairs of a layer as a square of n x n cells, and a cursor in it that is a pointer or the arrow keys. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { Drawing, useWidth } from "./frame.tsx";

/** Row and column of a cell, from the upper left. */
export type Cell = readonly [row: number, column: number];

interface PairMatrixProps {
  readonly id: string;
  readonly description: string;
  /** Rows, and columns. */
  readonly size: number;
  /** Undefined on the diagonal. The same function while nothing changes. */
  readonly valueAt: (row: number, column: number) => number | undefined;
  /** Value of the full colour, above 0; values below 0 reach it at its negative. */
  readonly top: number;
  /** Name of the colour's custom property, and of that of values below 0. */
  readonly colour: string;
  readonly colourBelow: string;
  /** That of the pair that is looked at. */
  readonly chosen: Cell | undefined;
  readonly cursor: Cell | undefined;
  readonly onCursor: (cell: Cell | undefined) => void;
  readonly onPick: (cell: Cell) => void;
}

const KEYS_HELP = "Arrow keys move over the pairs, with Shift by ten. Enter looks at a pair, Escape leaves it.";
/** Pixels: a larger square is no clearer. */
const MOST_SIDE = 420;
/** Pixels of a frame around a cell, however small the cell. */
const LEAST_FRAME = 5;
const SHIFT_STEP = 10;

const steps: Readonly<Record<string, Cell>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** Whether the page is dark; colours of a bitmap do not change by themselves. */
function useDark(): boolean {
  const query = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const change = () => setDark(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, [query]);
  return dark;
}

type Colour = readonly [red: number, green: number, blue: number];

/** @returns of custom properties of the page */
function coloursOf(names: readonly string[]): Colour[] {
  const context = canvasOf(1).getContext("2d", { willReadFrequently: true })!;
  const style = getComputedStyle(document.documentElement);
  return names.map((name) => {
    context.fillStyle = style.getPropertyValue(name);
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return [red!, green!, blue!];
  });
}

function canvasOf(side: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  return canvas;
}

/** The address of a picture with a pixel a cell; the diagonal is clear. */
function pictureOf({ size, valueAt, top, colour, colourBelow }: PairMatrixProps): string {
  const [none, above, below] = coloursOf(["--empty", colour, colourBelow]) as [Colour, Colour, Colour];
  const canvas = canvasOf(size);
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(size, size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const value = valueAt(row, column);
      if (value === undefined) continue;
      const full = value < 0 ? below : above;
      const level = Math.min(1, Math.abs(value) / top);
      const at = 4 * (row * size + column);
      for (let channel = 0; channel < 3; channel++) {
        image.data[at + channel] = none[channel]! + level * (full[channel]! - none[channel]!);
      }
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

export function PairMatrix(props: PairMatrixProps) {
  const { id, description, size, valueAt, top, colour, chosen, cursor, onCursor, onPick } = props;
  const [box, width] = useWidth();
  const side = Math.min(width, MOST_SIDE);
  const dark = useDark();
  const picture = useMemo(() => pictureOf(props), [size, valueAt, top, colour, dark]);
  const within = (place: number) => Math.min(size - 1, Math.max(0, place));
  const cellAt = (event: MouseEvent): Cell | undefined => {
    const { left, top: upper } = box.current!.getBoundingClientRect();
    const [column, row] = [event.clientX - left, event.clientY - upper].map((at) => Math.floor((at * size) / side));
    return column! >= 0 && column! < size && row! >= 0 && row! < size ? [row!, column!] : undefined;
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key];
    if (step !== undefined) {
      const by = event.shiftKey ? SHIFT_STEP : 1;
      const [row, column] = cursor ?? chosen ?? [0, 0];
      onCursor(cursor === undefined ? [row, column] : [within(row + by * step[0]), within(column + by * step[1])]);
    } else if (event.key === "Escape") onCursor(undefined);
    else if (event.key === "Enter" && cursor !== undefined) onPick(cursor);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const cell = cellAt(event);
    if (cell === undefined) return;
    onCursor(cell);
    onPick(cell);
  };
  return (
    <div
      class="chart-box matrix"
      role="application"
      aria-label={`Pairs by keyboard. ${KEYS_HELP}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is what takes keys itself
      tabIndex={0}
      ref={box}
      style={{ height: side }}
      onKeyDown={press}
      onPointerMove={(event) => onCursor(cellAt(event))}
      onPointerLeave={() => onCursor(undefined)}
      onClick={click}
    >
      <Drawing id={id} width={width} height={side} description={description}>
        <image
          href={picture}
          width={side}
          height={side}
          preserveAspectRatio="none"
          image-rendering={size <= side ? "pixelated" : "auto"}
        />
        {chosen === undefined ? null : (
          <>
            <Frame cell={chosen} pixels={side / size} kind="matrix-chosen" />
            <Frame cell={[chosen[1], chosen[0]]} pixels={side / size} kind="matrix-chosen" />
          </>
        )}
        {cursor === undefined ? null : <Frame cell={cursor} pixels={side / size} kind="matrix-cursor" />}
      </Drawing>
    </div>
  );
}

interface FrameProps {
  readonly cell: Cell;
  /** Width of a cell. */
  readonly pixels: number;
  readonly kind: string;
}

function Frame({ cell: [row, column], pixels, kind }: FrameProps) {
  const side = Math.max(LEAST_FRAME, pixels + 2);
  const corner = (place: number) => (place + 0.5) * pixels - side / 2;
  return <rect class={kind} x={corner(column)} y={corner(row)} width={side} height={side} />;
}
