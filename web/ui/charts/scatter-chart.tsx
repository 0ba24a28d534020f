/** One mark a neuron over two columns, and a brush: a rectangle that picks those inside it. */
import { useRef, useState } from "preact/hooks";
import { type Box, boxAfterKey, type Corner, isBrushKey } from "./brush-keys.ts";
import { Axes, type AxisRange, Drawing, type Plot, plotOf, useWidth } from "./frame.tsx";

export interface ScatterMark {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  /** Hidden layer, from 1: decides the shape. */
  readonly layer: number;
  readonly removed: boolean;
  readonly selected: boolean;
  readonly brushed: boolean;
}

interface ScatterChartProps {
  readonly id: string;
  readonly height: number;
  readonly description: string;
  readonly across: AxisRange;
  readonly up: AxisRange;
  readonly marks: readonly ScatterMark[];
  /** Rows inside the brush; none when it is cleared. */
  readonly onBrush: (rows: readonly number[]) => void;
  readonly onPick: (row: number) => void;
  /** Enter, on what the brush picks. */
  readonly onTake: () => void;
}

const KEYS_HELP =
  "Arrow keys move a selection box, with Shift they resize it. Enter removes the neurons in it, Escape clears it.";

/** Pixels that the pointer has to move before it is a brush, not a click. */
const LEAST_BRUSH = 4;
/** How near a click must be to a mark. */
const PICK_DISTANCE = 12;

const shapes = [
  "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0Z",
  "M0,-4.6L4.6,0L0,4.6L-4.6,0Z",
  "M-3.3,-3.3h6.6v6.6h-6.6Z",
];
/** Circles for the first layer, diamonds for the second, squares for those above. */
export const layerShape = (layer: number): string => shapes[Math.min(layer, shapes.length) - 1]!;

export function ScatterChart(props: ScatterChartProps) {
  const { id, height, description, across, up, marks, onBrush, onPick } = props;
  const [box, width] = useWidth();
  const plot = plotOf(width, height, across, up);
  const { x, y } = plot;
  const from = useRef<Corner | undefined>(undefined);
  const [brush, setBrush] = useState<Box | undefined>(undefined);
  // A box that is moved by keys is seen also where it is empty.
  const [byKeys, setByKeys] = useState(false);
  const shown = byKeys || marks.some(({ brushed }) => brushed) ? brush : undefined;
  const cornerOf = (event: PointerEvent): Corner => {
    const { left, top } = box.current!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const begin = (event: PointerEvent) => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    from.current = cornerOf(event);
    setBrush(undefined);
    setByKeys(false);
  };
  const move = (event: PointerEvent) => {
    if (from.current === undefined) return;
    const [a, b] = [from.current, cornerOf(event)];
    if (Math.hypot(a.x - b.x, a.y - b.y) < LEAST_BRUSH) return;
    setBrush([a, b]);
    onBrush(insideOf(marks, a, b, x, y));
  };
  const end = (event: PointerEvent) => {
    const at = cornerOf(event);
    const clicked = from.current !== undefined && brush === undefined;
    from.current = undefined;
    if (!clicked) return;
    onBrush([]);
    const near = nearest(marks, at, x, y);
    if (near !== undefined) onPick(near);
  };
  const change = (box: Box | undefined) => {
    setBrush(box);
    setByKeys(box !== undefined);
    onBrush(box === undefined ? [] : insideOf(marks, ...box, x, y));
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isBrushKey(event.key)) change(boxAfterKey(shown, event.key, event.shiftKey, cornersOf(plot)));
    else if (event.key === "Escape") change(undefined);
    else if (event.key === "Enter") props.onTake();
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="chart-box brushable"
      role="application"
      aria-label={`Selection by keyboard. ${KEYS_HELP}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is what takes keys itself
      tabIndex={0}
      onKeyDown={press}
      onBlur={() => setByKeys(false)}
      ref={box}
      style={{ height }}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
    >
      <Drawing id={id} width={width} height={height} description={description}>
        <Axes plot={plot} across={across} up={up} />
        {marks.map((mark) => (
          <path
            key={mark.row}
            class={markClass(mark)}
            d={layerShape(mark.layer)}
            transform={place(x(mark.x), y(mark.y))}
          />
        ))}
        {shown === undefined ? null : <Brush corners={shown} />}
      </Drawing>
    </div>
  );
}

function cornersOf({ x, y }: Plot): Box {
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  return [
    { x: left, y: top },
    { x: right, y: bottom },
  ];
}

const place = (x: number, y: number) => `translate(${x.toFixed(1)},${y.toFixed(1)})`;

function markClass({ layer, removed, selected, brushed }: ScatterMark): string {
  const states = [removed && "removed", selected && "selected", brushed && "brushed"].filter(Boolean);
  return [markLayer(layer), ...states].join(" ");
}

/** Classes of a mark that say its layer. */
export const markLayer = (layer: number): string => `mark mark-layer-${Math.min(layer, shapes.length)}`;

function Brush({ corners: [a, b] }: { readonly corners: Box }) {
  const [left, top] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return <rect class="brush" x={left} y={top} width={Math.abs(a.x - b.x)} height={Math.abs(a.y - b.y)} />;
}

type ToPixels = (value: number) => number;

function insideOf(marks: readonly ScatterMark[], a: Corner, b: Corner, x: ToPixels, y: ToPixels): number[] {
  const within = (value: number, p: number, q: number) => value >= Math.min(p, q) && value <= Math.max(p, q);
  return marks.filter((mark) => within(x(mark.x), a.x, b.x) && within(y(mark.y), a.y, b.y)).map(({ row }) => row);
}

function nearest(marks: readonly ScatterMark[], at: Corner, x: ToPixels, y: ToPixels): number | undefined {
  let best: { readonly row: number; readonly distance: number } | undefined;
  for (const mark of marks) {
    const distance = Math.hypot(x(mark.x) - at.x, y(mark.y) - at.y);
    if (distance <= PICK_DISTANCE && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { row: mark.row, distance };
  }
  return best?.row;
}
