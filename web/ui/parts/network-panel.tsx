/** The network on show: its layers as grids of neurons, what colours them, and what a click does. */
import type { LabRequest } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { columnHelp } from "../measure-help.ts";
import { decimal, percent } from "../numbers.ts";
import { pictureLayout } from "../picture.ts";
import { seriesColour } from "../series.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { layerWidths } from "../state/removal.ts";
import {
  columnsOf,
  columnTitle,
  columnTop,
  columnUnit,
  columnValues,
  isOfSample,
  sampleColumn,
  shownTable,
} from "../state/shown.ts";
import { Choice, Pick } from "./choice.tsx";
import { EpochSlider } from "./epoch-slider.tsx";
import { LayerGrid } from "./layer-grid.tsx";
import { outcomeOf } from "./remove-panel.tsx";

interface NetworkPanelProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
  readonly send: (request: LabRequest) => void;
}

/** Neurons of a layer from which on cells are smaller. */
const WIDE = 160;

export function NetworkPanel({ state, dispatch, send }: NetworkPanelProps) {
  const { study, view } = state;
  const table = shownTable(state);
  return (
    <section class="panel network" aria-labelledby="network-title">
      <div class="panel-head">
        <h2 id="network-title">Network</h2>
        {study === undefined || table === undefined ? null : (
          <>
            <span class="muted">{`${study.about.widths.join(" – ")} ${study.about.config?.activation ?? ""}`}</span>
            <span class="accuracy-note numbers" aria-hidden="true">
              {accuracyNote(state, study)}
            </span>
            <span class="spread" />
            <Choice
              label="A click on a neuron"
              name="tool"
              options={[
                { value: "look", text: "Look", help: "A click shows what a neuron knows." },
                {
                  value: "pair",
                  text: "Pair",
                  help: "A click shows what a neuron knows together with the one looked at. So does Shift with a click.",
                },
                { value: "remove", text: "Remove", help: "A click or a drag removes neurons, or puts them back." },
              ]}
              value={view.tool}
              onChange={(tool) => dispatch({ type: "view", change: { tool } })}
            />
            <RepeatPick study={study} repeat={view.repeat} dispatch={dispatch} />
            <EpochSlider state={state} send={send} />
          </>
        )}
      </div>
      {study === undefined || table === undefined ? (
        <p class="empty">{waitingFor(state)}</p>
      ) : (
        <>
          <p class="muted measured-on">{measuredOn(state, study)}</p>
          <Layers state={state} study={study} dispatch={dispatch} />
        </>
      )}
    </section>
  );
}

/** Which data the numbers on show are of: not those in use, where others were dropped since. */
function measuredOn({ dataset }: LabState, { about }: ShownStudy): string {
  const { name, validation, test, sha256 } = about.dataset;
  const counts = `${validation} validation and ${test} test samples`;
  const others = dataset !== undefined && dataset.sha256 !== sha256 ? `, not on ${dataset.name}, the data in use` : "";
  return `Measured on ${counts} of ${name}${others}.`;
}

function accuracyNote(state: LabState, study: ShownStudy): string {
  const { outcome, current } = outcomeOf(state, study);
  return outcome === undefined || !current ? "test …" : `test ${percent(outcome.correct / outcome.samples)}`;
}

function waitingFor({ phase, adapter }: LabState): string {
  if (phase === "training") return "The networks are being trained. Their neurons appear here.";
  if (phase === "measuring" || phase === "sweeping") return "Every neuron is being measured, and removed alone once.";
  if (adapter === undefined) return "Looking for a GPU.";
  return "Train a network, or drop one into the page. Its neurons appear here.";
}

interface RepeatPickProps {
  readonly study: ShownStudy;
  readonly repeat: number;
  readonly dispatch: Dispatch;
}

function RepeatPick({ study, repeat, dispatch }: RepeatPickProps) {
  const options = study.neurons.map((table, index) => {
    const accuracy = study.repeats.find((summary) => summary.repeat === table.repeat)?.testAccuracy;
    const note = accuracy === undefined ? "" : `, test ${percent(accuracy)}`;
    return { value: String(index), text: `${table.repeat}${note}` };
  });
  const change = (value: string) => dispatch({ type: "view", change: { repeat: Number(value), brushed: [] } });
  return <Pick label="Repeat" options={options} value={String(repeat)} onChange={change} />;
}

function Layers({
  state,
  study,
  dispatch,
}: {
  readonly state: LabState;
  readonly study: ShownStudy;
  readonly dispatch: Dispatch;
}) {
  const { view, removal } = state;
  const table = shownTable(state)!;
  const values = isOfSample(view.column)
    ? sampleColumn(state, table)
    : columnValues(study, table, view.column, removal.mode);
  const top = values === undefined ? 1 : columnTop(values, view.column, table);
  const widths = layerWidths(table);
  const removed = new Set(removal.history.present);
  const brushed = new Set(view.brushed);
  const { sampleShape } = study.about.dataset;
  const weights = study.firstLayers[table.repeat];
  const layout = pictureLayout(sampleShape);
  const images = weights !== undefined && layout !== undefined ? { weights, layout } : undefined;
  let first = 0;
  return (
    <>
      <div class="toolbar">
        <Choice
          label="Neurons are coloured by"
          name="column"
          options={columnsOf(study).map((column) => ({
            value: column,
            text: columnTitle(column),
            help: columnHelp(state, column),
          }))}
          value={view.column}
          onChange={(column) => dispatch({ type: "view", change: { column } })}
        />
        <Legend column={view.column} top={top} />
      </div>
      <div class="layers">
        {widths.map((width, index) => {
          first += width;
          const out = removal.history.present.filter((row) => table.layer[row] === index + 1).length;
          return (
            <div key={`layer ${index + 1}`} class={width > WIDE ? "layer wide" : "layer"}>
              <h3>
                {`Layer ${index + 1}`}
                <span class="muted numbers">{out === 0 ? `${width} neurons` : `${out} of ${width} removed`}</span>
              </h3>
              <LayerGrid
                layer={index + 1}
                first={first - width}
                width={width}
                column={view.column}
                values={values}
                top={top}
                removed={removed}
                brushed={brushed}
                selected={view.selected}
                partner={view.partner}
                tool={view.tool}
                dispatch={dispatch}
                {...(index === 0 && images !== undefined ? { images } : {})}
              />
            </div>
          );
        })}
      </div>
    </>
  );
}

function Legend({ column, top }: { readonly column: string; readonly top: number }) {
  return (
    <div class="legend numbers" style={{ "--column": seriesColour(column) }}>
      <span>0</span>
      <i class="ramp" />
      <span>{`${decimal(top, 2)} ${columnUnit(column)}`}</span>
    </div>
  );
}
