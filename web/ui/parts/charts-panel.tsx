/** Accuracy along all orders, two columns against each other, all pairs, two trainings, or one digit; one of them at a time. */
import { saveFigure } from "../charts/save-figure.ts";
import type { Dispatch } from "../lab-store.ts";
import { pictureLayout } from "../picture.ts";
import { figureCaption } from "../state/figure-caption.ts";
import type { Chart, LabState } from "../state/lab-state.ts";
import { knownLayerPairs } from "../state/shown-layer-pairs.ts";
import { AnswerView } from "./answer-view.tsx";
import { Choice } from "./choice.tsx";
import { CompareChart } from "./compare-chart.tsx";
import { CurvesChart } from "./curves-chart.tsx";
import { DigitView } from "./digit-view.tsx";
import { PairsChart } from "./pairs-chart.tsx";
import { TrainingsView } from "./trainings-view.tsx";

interface ChartsPanelProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

/** Names of the saved files. */
const figureIds: Readonly<Record<Chart, string>> = {
  answer: "answer",
  curves: "accuracy-curves",
  compare: "measures-compared",
  digit: "digit",
  pairs: "pairs",
  trainings: "trainings",
};

export function ChartsPanel({ state, dispatch }: ChartsPanelProps) {
  const { chart } = state.view;
  const id = figureIds[chart];
  const empty = state.study === undefined || state.study.neurons.length === 0;
  const unsaved = empty || (chart === "pairs" && knownLayerPairs(state) === undefined);
  const canDraw = state.study === undefined || pictureLayout(state.study.about.dataset.sampleShape)?.channels === 1;
  return (
    <section class="panel charts" aria-labelledby="charts-title">
      <div class="panel-head">
        <h2 id="charts-title" class="hidden-text">
          Charts
        </h2>
        <Choice
          label="Chart"
          name="chart"
          options={[
            { value: "answer", text: "Answer", help: "Which measures beat chance at telling what can be removed." },
            { value: "curves", text: "Curves" },
            { value: "compare", text: "Compare" },
            { value: "pairs", text: "Pairs", help: "What the neurons of a layer know twice, or only together." },
            { value: "trainings", text: "Trainings", help: "Two trainings beside each other." },
            {
              value: "digit",
              text: canDraw ? "Digit" : "Sample",
              help: "What one sample is taken for, and which neurons carry that.",
            },
          ]}
          value={chart}
          onChange={(value) => dispatch({ type: "view", change: { chart: value } })}
        />
        <span class="spread" />
        {chart !== "curves" && chart !== "compare" && chart !== "pairs" ? null : (
          <>
            <button type="button" disabled={unsaved} onClick={() => saveFigure(id, "svg", figureCaption(state))}>
              SVG
            </button>
            <button type="button" disabled={unsaved} onClick={() => saveFigure(id, "png", figureCaption(state))}>
              PNG
            </button>
          </>
        )}
      </div>
      {empty ? (
        <p class="empty">Curves of accuracy over the neurons removed, and measures against each other.</p>
      ) : chart === "answer" ? (
        <AnswerView state={state} />
      ) : chart === "curves" ? (
        <CurvesChart id={id} state={state} dispatch={dispatch} />
      ) : chart === "pairs" ? (
        <PairsChart id={id} state={state} dispatch={dispatch} />
      ) : chart === "digit" ? (
        <DigitView state={state} dispatch={dispatch} />
      ) : chart === "trainings" ? (
        <TrainingsView state={state} dispatch={dispatch} />
      ) : (
        <CompareChart id={id} state={state} dispatch={dispatch} />
      )}
    </section>
  );
}
