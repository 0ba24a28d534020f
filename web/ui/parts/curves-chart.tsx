/** Accuracy over the number of neurons removed: all measures beside random, as they arrive. */

import { useState } from "preact/hooks";
import { layerOf, type ScopeText } from "../../../src/core/scope.ts";
import { LineChart } from "../charts/line-chart.tsx";
import type { Dispatch } from "../lab-store.ts";
import { percent } from "../numbers.ts";
import { seriesColour, seriesTitle } from "../series.ts";
import { accuracyAt, type CurveLine, curveLines } from "../state/curve-series.ts";
import type { LabState } from "../state/lab-state.ts";
import { layerWidths } from "../state/removal.ts";
import { shownTable } from "../state/shown.ts";
import { Choice, Pick } from "./choice.tsx";
import { outcomeOf, scopeOptions } from "./remove-panel.tsx";

interface CurvesChartProps {
  readonly id: string;
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

const HEIGHT = 196;

export function CurvesChart({ id, state, dispatch }: CurvesChartProps) {
  const [pointed, point] = useState<number | undefined>(undefined);
  const study = state.study!;
  const table = shownTable(state)!;
  const { view, removal, curvesRunning } = state;
  const widths = layerWidths(table);
  const layer = layerOf(view.scope);
  const neurons = layer === undefined ? table.rows : widths[layer - 1]!;
  const lines = curveLines(state, study);
  const removed = removal.history.present.length;
  const marker = pointed === undefined ? Math.min(removed, neurons) : Math.round(pointed);
  const { outcome, current } = outcomeOf(state, study);
  const present =
    outcome !== undefined && current && removed <= neurons
      ? ([removed, outcome.correct / outcome.samples] as const)
      : undefined;
  return (
    <>
      <div class="toolbar curves-toolbar">
        <Pick
          label="in"
          options={scopeOptions(widths.length)}
          value={view.scope}
          onChange={(scope) => dispatch({ type: "rule", rule: { scope: scope as ScopeText } })}
        />
        <Choice
          label="Which neurons go first"
          name="direction"
          options={[
            { value: "low", text: "Lowest", help: "The neurons of the lowest values go first." },
            { value: "high", text: "Highest", help: "The neurons of the highest values go first." },
          ]}
          value={view.direction}
          onChange={(direction) => dispatch({ type: "rule", rule: { direction } })}
        />
        <label class="tick">
          <input
            type="checkbox"
            checked={view.allRepeats}
            disabled={study.neurons.length < 2}
            onChange={(event) => dispatch({ type: "view", change: { allRepeats: event.currentTarget.checked } })}
          />
          all repeats
        </label>
      </div>
      <LineChart
        id={id}
        height={HEIGHT}
        description={describe(lines, neurons)}
        across={{ label: "neurons removed", from: 0, to: neurons }}
        up={{ label: "test accuracy", from: 0, to: 1, format: (value) => `${Math.round(100 * value)} %` }}
        series={lines.map((line) => ({
          ...line,
          colour: seriesColour(line.id),
          emphasis: line.id === removal.rule.measure,
        }))}
        marker={marker}
        {...(present === undefined ? {} : { present })}
        onPoint={point}
      />
      <ul class="series numbers" aria-label={`Accuracy with ${marker} removed`}>
        <li class="series-at">
          <span>removed</span>
          <b>{marker}</b>
        </li>
        {[...Object.keys(table.measures), "random"].map((series) => (
          <SeriesValue key={series} id={series} lines={lines} removed={marker} />
        ))}
      </ul>
      <div class="progress-line" aria-hidden="true">
        <i
          style={{ width: `${curvesRunning === undefined ? 0 : (100 * curvesRunning.done) / curvesRunning.total}%` }}
        />
      </div>
    </>
  );
}

interface SeriesValueProps {
  readonly id: string;
  readonly lines: readonly CurveLine[];
  readonly removed: number;
}

function SeriesValue({ id, lines, removed }: SeriesValueProps) {
  const line = lines.find((candidate) => candidate.id === id);
  const accuracy = line === undefined ? undefined : accuracyAt(line, removed);
  return (
    <li>
      <span>
        <i class="swatch" style={{ background: seriesColour(id) }} />
        {seriesTitle(id)}
      </span>
      <b>{accuracy === undefined ? "–" : percent(accuracy)}</b>
    </li>
  );
}

function describe(lines: readonly CurveLine[], neurons: number): string {
  if (lines.length === 0) return "No curves yet.";
  const half = Math.floor(neurons / 2);
  const each = lines.map((line) => `${seriesTitle(line.id)} ${percent(accuracyAt(line, half) ?? 0)}`);
  return `Test accuracy over neurons removed. With ${half} of ${neurons} removed: ${each.join(", ")}.`;
}
