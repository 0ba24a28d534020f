/** Taking neurons out by a rule, and what that does to the accuracy. */

import { useRef } from "preact/hooks";
import { RANDOM } from "../../../src/core/ablation.ts";
import { layerScope, type ScopeText } from "../../../src/core/scope.ts";
import type { Dispatch } from "../lab-store.ts";
import { counted, decimal, percent, signed } from "../numbers.ts";
import { seriesTitle } from "../series.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { layerWidths, ruleRows } from "../state/removal.ts";
import { intactCorrect, knownOutcome, type Outcome, shownTable, studySeed } from "../state/shown.ts";
import { Choice, Pick } from "./choice.tsx";
import { ClassBars } from "./class-bars.tsx";

interface RemovePanelProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

export function RemovePanel({ state, dispatch }: RemovePanelProps) {
  const table = shownTable(state);
  const { study } = state;
  if (table === undefined || study === undefined) return null;
  const { history } = state.removal;
  return (
    <section class="panel remove" aria-labelledby="remove-title">
      <div class="panel-head">
        <h2 id="remove-title">Remove</h2>
        <span class="spread" />
        <button type="button" disabled={history.past.length === 0} onClick={() => dispatch({ type: "undo" })}>
          Undo
        </button>
        <button type="button" disabled={history.future.length === 0} onClick={() => dispatch({ type: "redo" })}>
          Redo
        </button>
        <button type="button" disabled={history.present.length === 0} onClick={() => dispatch({ type: "restoreAll" })}>
          Restore all
        </button>
      </div>
      <RuleControls state={state} study={study} dispatch={dispatch} />
      <OutcomeReadout state={state} study={study} />
    </section>
  );
}

export function scopeOptions(layers: number): { readonly value: ScopeText; readonly text: string }[] {
  const each = Array.from({ length: layers }, (_, index) => ({
    value: layerScope(index + 1),
    text: `layer ${index + 1}`,
  }));
  return [
    ...each,
    { value: "network", text: "network, by value" },
    { value: "network-ranked", text: "network, by rank" },
  ];
}

function RuleControls({ state, study, dispatch }: RemovePanelProps & { readonly study: ShownStudy }) {
  const table = shownTable(state)!;
  const { rule, history } = state.removal;
  const gesture = useRef("slider");
  const order = ruleRows(table, rule, studySeed(state));
  const inOrder = history.present.length;
  const follows =
    new Set(order.slice(0, inOrder)).size === inOrder &&
    history.present.every((row) => order.indexOf(row) < inOrder && order.includes(row));
  const series = [...Object.keys(study.neurons[0]!.measures), RANDOM];
  const move = (count: number) => dispatch({ type: "removeFirst", count, gesture: gesture.current });
  return (
    <div class="rule">
      <label class="slider">
        <span>
          Remove the first <output class="numbers count">{follows ? inOrder : "–"}</output> of {order.length}
        </span>
        <input
          type="range"
          min={0}
          max={order.length}
          value={Math.min(inOrder, order.length)}
          onPointerDown={(event) => {
            gesture.current = `slider ${event.timeStamp}`;
          }}
          onInput={(event) => move(Number(event.currentTarget.value))}
        />
      </label>
      <div class="rule-choices">
        <Pick
          label="by"
          options={series.map((id) => ({ value: id, text: seriesTitle(id) }))}
          value={rule.measure}
          onChange={(measure) => dispatch({ type: "rule", rule: { measure } })}
        />
        <Pick
          label="from"
          options={[
            { value: "low", text: "lowest" },
            { value: "high", text: "highest" },
          ]}
          value={rule.direction}
          onChange={(value) => dispatch({ type: "rule", rule: { direction: value === "high" ? "high" : "low" } })}
        />
        <Pick
          label="in"
          options={scopeOptions(layerWidths(table).length)}
          value={rule.scope}
          onChange={(scope) => dispatch({ type: "rule", rule: { scope: scope as ScopeText } })}
        />
        <Choice
          label="replaced by"
          labelled
          name="mode"
          options={[
            {
              value: "mean",
              text: "Mean",
              help: "Removed neurons always give their mean over the validation samples.",
            },
            { value: "zero", text: "Zero", help: "Removed neurons always give 0." },
          ]}
          value={state.removal.mode}
          onChange={(value) => dispatch({ type: "mode", mode: value })}
        />
      </div>
    </div>
  );
}

/** The newest outcome there is for what is removed, and whether it is of exactly that set. */
export function outcomeOf(
  state: LabState,
  study: ShownStudy,
): { readonly outcome?: Outcome; readonly current: boolean } {
  const table = shownTable(state)!;
  const { evaluation, removal } = state;
  if (evaluation !== undefined && evaluation.sequence === state.evaluationWanted)
    return { outcome: evaluation, current: true };
  const known = knownOutcome(study, table, removal.history.present, removal.mode);
  if (known !== undefined) return { outcome: known, current: true };
  return { ...(evaluation === undefined ? {} : { outcome: evaluation }), current: false };
}

function OutcomeReadout({ state, study }: { readonly state: LabState; readonly study: ShownStudy }) {
  const table = shownTable(state)!;
  const { outcome, current } = outcomeOf(state, study);
  const intact = intactCorrect(study, table.repeat);
  const removed = state.removal.history.present.length;
  const accuracy = outcome === undefined ? undefined : outcome.correct / outcome.samples;
  const change =
    outcome === undefined || intact === undefined ? undefined : (100 * (outcome.correct - intact)) / outcome.samples;
  const spoken =
    accuracy === undefined || !current
      ? ""
      : `${counted(removed, "neuron")} removed. Test accuracy ${percent(accuracy)}, ${signed(change ?? 0, 1)} points.`;
  return (
    <div class={current ? "outcome" : "outcome stale"} aria-busy={!current}>
      <div class="readout">
        <span class="readout-name">Test accuracy</span>
        <span class="readout-value numbers">{accuracy === undefined ? "–" : percent(accuracy)}</span>
        <span class="muted numbers">{change === undefined ? "" : `${signed(change, 1)} points`}</span>
      </div>
      <div class="readout">
        <span class="readout-name">Removed</span>
        <span class="readout-value numbers">{removed}</span>
        <span class="muted numbers">{`of ${table.rows}`}</span>
      </div>
      <ClassAccuracy study={study} {...(outcome === undefined ? {} : { outcome })} />
      <p class="hidden-text" role="status" aria-live="polite">
        {spoken}
      </p>
      {state.study?.about.live === false && !current ? (
        <p class="muted outcome-note">{`No accuracy for this set: ${study.about.lacking}`}</p>
      ) : null}
    </div>
  );
}

function ClassAccuracy({ study, outcome }: { readonly study: ShownStudy; readonly outcome?: Outcome }) {
  const { testPerClass, classes } = study.about.dataset;
  const perClass = outcome?.correctPerClass;
  const known = perClass !== undefined && testPerClass !== undefined;
  const shares = Array.from({ length: classes }, (_, index) =>
    known ? perClass[index]! / Math.max(1, testPerClass[index]!) : 0,
  );
  return (
    <ClassBars
      title="Accuracy by class"
      names={study.about.dataset.classNames}
      bars={shares.map((share) => ({ up: share, text: known ? `${decimal(100 * share, 0)} %` : "–" }))}
    />
  );
}
