/** Two columns as a scatter over all neurons; a brush picks neurons to remove. */
import { layerShape, markLayer, ScatterChart, type ScatterMark } from "../charts/scatter-chart.tsx";
import type { Dispatch } from "../lab-store.ts";
import { counted } from "../numbers.ts";
import type { LabState } from "../state/lab-state.ts";
import { layerWidths } from "../state/removal.ts";
import { columnsOf, columnTitle, columnUnit, columnValues, shownTable } from "../state/shown.ts";
import { Pick } from "./choice.tsx";

interface CompareChartProps {
  readonly id: string;
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

const HEIGHT = 196;

/** From the least value, or 0, to the largest. */
function rangeOf(values: Float64Array, column: string) {
  const from = values.reduce((least, value) => Math.min(least, value), 0);
  const to = values.reduce((most, value) => Math.max(most, value), from + 1e-9);
  return { label: `${columnTitle(column)} (${columnUnit(column)})`, from, to: to + 0.03 * (to - from) };
}

export function CompareChart({ id, state, dispatch }: CompareChartProps) {
  const study = state.study!;
  const table = shownTable(state)!;
  const { view, removal } = state;
  const none = new Float64Array(table.rows);
  const xs = columnValues(study, table, view.across, removal.mode) ?? none;
  const ys = columnValues(study, table, view.up, removal.mode) ?? none;
  const removed = new Set(removal.history.present);
  const brushed = new Set(view.brushed);
  const marks = Array.from(table.layer, (layer, row): ScatterMark => {
    const states = { removed: removed.has(row), brushed: brushed.has(row), selected: row === view.selected };
    return { row, layer, x: xs[row]!, y: ys[row]!, ...states };
  });
  const options = columnsOf(study).map((column) => ({ value: column, text: columnTitle(column) }));
  const remove = () => {
    if (view.brushed.length > 0) dispatch({ type: "remove", rows: view.brushed });
  };
  const brush = (rows: readonly number[]) => dispatch({ type: "view", change: { brushed: rows } });
  return (
    <>
      <div class="toolbar">
        <Pick
          label="x"
          options={options}
          value={view.across}
          onChange={(across) => dispatch({ type: "view", change: { across, brushed: [] } })}
        />
        <Pick
          label="y"
          options={options}
          value={view.up}
          onChange={(up) => dispatch({ type: "view", change: { up, brushed: [] } })}
        />
      </div>
      <ScatterChart
        id={id}
        height={HEIGHT}
        description={`${columnTitle(view.up)} over ${columnTitle(view.across)} of ${table.rows} neurons.`}
        across={rangeOf(xs, view.across)}
        up={rangeOf(ys, view.up)}
        marks={marks}
        onBrush={brush}
        onTake={remove}
        onPick={(selected) => dispatch({ type: "view", change: { selected } })}
      />
      <ul class="shapes muted">
        {layerWidths(table).map((_, index) => (
          <li key={`layer ${index + 1}`}>
            <svg width={12} height={12} viewBox="-6 -6 12 12" aria-hidden="true">
              <path class={markLayer(index + 1)} d={layerShape(index + 1)} />
            </svg>
            {`layer ${index + 1}`}
          </li>
        ))}
      </ul>
      <div class="toolbar">
        <span class="muted numbers" role="status">
          {view.brushed.length === 0
            ? "Drag, or press arrow keys, to pick neurons."
            : `${counted(view.brushed.length, "neuron")} picked`}
        </span>
        <span class="spread" />
        <button type="button" disabled={view.brushed.length === 0} onClick={remove}>
          Remove picked
        </button>
        <button
          type="button"
          disabled={view.brushed.length === 0}
          onClick={() => dispatch({ type: "restore", rows: view.brushed })}
        >
          Restore
        </button>
      </div>
    </>
  );
}
