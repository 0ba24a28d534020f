/** The neurons of one layer as buttons, coloured by a column; arrows walk, a drag removes, Shift takes a second neuron. */
import { Component } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Dispatch } from "../lab-store.ts";
import { decimal } from "../numbers.ts";
import { type Picture, type PictureLayout, weightPicture } from "../picture.ts";
import { seriesColour } from "../series.ts";
import type { Tool } from "../state/lab-state.ts";
import { columnTitle, columnUnit, isOfSample } from "../state/shown.ts";
import { PixelImage } from "./pixel-image.tsx";

interface LayerGridProps {
  readonly layer: number;
  /** Row of the layer's first neuron, and how many there are. */
  readonly first: number;
  readonly width: number;
  readonly column: string;
  /** [all rows] */
  readonly values: Float64Array | undefined;
  readonly top: number;
  readonly removed: ReadonlySet<number>;
  readonly brushed: ReadonlySet<number>;
  readonly selected: number | undefined;
  /** Row of the neuron that is looked at together with the selected one. */
  readonly partner: number | undefined;
  readonly tool: Tool;
  /** [width, features], where the layer sees the samples as pictures. */
  readonly images?: { readonly weights: Float32Array; readonly layout: PictureLayout };
  readonly dispatch: Dispatch;
}

const rowAt = (target: EventTarget | null): number | undefined => {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  return cell === null ? undefined : Number(cell.dataset["row"]);
};

/** Pointer handlers with which a press takes a neuron out (or back), and a drag does the same to all it passes. */
function useDrag(removed: ReadonlySet<number>, tool: Tool, dispatch: Dispatch) {
  const drag = useRef<{ readonly type: "remove" | "restore"; readonly gesture: string } | undefined>(undefined);
  const apply = (row: number | undefined) => {
    if (drag.current !== undefined && row !== undefined) dispatch({ ...drag.current, rows: [row] });
  };
  return {
    onPointerDown(event: PointerEvent) {
      const row = rowAt(event.target);
      // A finger that moves scrolls the page; one that does not ends in a click.
      if (tool !== "remove" || row === undefined || event.button !== 0) return;
      if (event.shiftKey || event.pointerType === "touch") return;
      drag.current = { type: removed.has(row) ? "restore" : "remove", gesture: `drag ${event.timeStamp}` };
      apply(row);
    },
    onPointerMove(event: PointerEvent) {
      if (drag.current !== undefined) apply(rowAt(document.elementFromPoint(event.clientX, event.clientY)));
    },
    onPointerUp() {
      drag.current = undefined;
    },
    onPointerCancel() {
      drag.current = undefined;
    },
    onPointerLeave() {
      drag.current = undefined;
    },
  };
}

/** Cells in one line of the grid, as laid out. */
function cellsInLine(cells: readonly HTMLElement[]): number {
  const top = cells[0]?.offsetTop;
  const next = cells.findIndex((cell) => cell.offsetTop !== top);
  return next === -1 ? cells.length : next;
}

const steps: Readonly<Record<string, (line: number) => number>> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (line) => -line,
  ArrowDown: (line) => line,
};
const removeKeys = ["Delete", "Backspace", "x"];

export function LayerGrid(props: LayerGridProps) {
  const { layer, first, width, removed, selected, tool, dispatch } = props;
  const drag = useDrag(removed, tool, dispatch);
  const images = useMemo(() => props.images && weightImages(props.images), [props.images?.weights]);
  const toggle = (row: number) => dispatch({ type: removed.has(row) ? "restore" : "remove", rows: [row] });
  /** With Shift, or where clicks pair, beside the neuron that is looked at. */
  const look = (row: number, beside: boolean) =>
    dispatch(beside || tool === "pair" ? { type: "pair", partner: row } : { type: "view", change: { selected: row } });
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rowAt(event.target);
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (removeKeys.includes(event.key)) {
      event.preventDefault();
      toggle(row);
    }
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const cells = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[data-row]")];
    const target = cells[row - first + step(cellsInLine(cells))];
    if (target === undefined) return;
    target.focus();
    look(first + cells.indexOf(target), event.shiftKey);
  };
  // A mouse has acted already when its button went down; other clicks come from the keyboard or a finger.
  const onClick = (event: MouseEvent) => {
    const isTouch = "pointerType" in event && event.pointerType === "touch";
    const row = rowAt(event.target);
    if (row === undefined) return;
    if (tool !== "remove" || event.shiftKey) look(row, event.shiftKey);
    else if (event.detail === 0 || isTouch) toggle(row);
  };
  const isOwn = (row: number | undefined) => row !== undefined && row >= first && row < first + width;
  const inTabOrder = isOwn(selected) ? selected : first;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid container everywhere
    <div
      class={`cells tool-${tool}`}
      role="group"
      aria-label={`Layer ${layer}, ${width} neurons`}
      data-layer={layer}
      style={{ "--column": seriesColour(props.column) }}
      onClick={onClick}
      onKeyDown={onKeyDown}
      {...drag}
    >
      {Array.from({ length: width }, (_, neuron) => (
        <Cell
          key={neuron}
          {...cellProps(props, neuron)}
          tabbed={first + neuron === inTabOrder}
          image={images?.[neuron]}
        />
      ))}
    </div>
  );
}

function weightImages({ weights, layout }: NonNullable<LayerGridProps["images"]>): Picture[] {
  const features = layout.rows * layout.columns * layout.channels;
  return Array.from({ length: weights.length / features }, (_, neuron) =>
    weightPicture(weights.subarray(neuron * features, (neuron + 1) * features), layout),
  );
}

interface CellProps {
  readonly row: number;
  readonly label: string;
  /** Share of the column's top. */
  readonly level: string;
  readonly states: string;
  readonly selected: boolean;
  readonly tabbed: boolean;
  readonly image: Picture | undefined;
}

function cellProps(props: LayerGridProps, neuron: number): Omit<CellProps, "tabbed" | "image"> {
  const { layer, first, column, values, top, removed, brushed } = props;
  const row = first + neuron;
  const value = values?.[row];
  const level =
    value === undefined ? 0 : Math.min(1, Math.max(0, (isOfSample(column) ? Math.abs(value) || 0 : value) / top));
  const isOut = removed.has(row);
  const [selected, isPartner] = [props.selected === row, props.partner === row];
  const spoken =
    value === undefined || Number.isNaN(value)
      ? ""
      : `, ${columnTitle(column)} ${decimal(value, 3)} ${columnUnit(column)}`;
  const states = [isOut && "out", selected && "selected", isPartner && "partner", brushed.has(row) && "brushed"].filter(
    Boolean,
  );
  return {
    row,
    label: `Layer ${layer} neuron ${neuron}${spoken}${isOut ? ", removed" : ""}${isPartner ? ", looked at together with the current one" : ""}`,
    level: `${(100 * level).toFixed(1)}%`,
    states: states.join(" "),
    selected,
  };
}

/** Drawn anew only where something about this neuron has changed: a slider that moves changes a few of many hundred. */
class Cell extends Component<CellProps> {
  override shouldComponentUpdate(next: CellProps): boolean {
    return (Object.keys(next) as (keyof CellProps)[]).some((key) => next[key] !== this.props[key]);
  }

  override render({ row, label, level, states, selected, tabbed, image }: CellProps) {
    return (
      <button
        type="button"
        class={`cell ${states}`}
        data-row={row}
        tabIndex={tabbed ? 0 : -1}
        style={{ "--level": level }}
        aria-label={label}
        aria-current={selected}
      >
        {image && <PixelImage {...image} />}
      </button>
    );
  }
}
