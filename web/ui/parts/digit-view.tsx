/** What one sample is taken for before and after the removal, and which neurons of the last hidden layer carry it. */
import { greatest } from "../../../src/core/long-arrays.ts";
import type { Classified } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { counted, percent, signed } from "../numbers.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { layerWidths } from "../state/removal.ts";
import { columnIn, OUTPUT, shownTable, USUAL_COLUMN } from "../state/shown.ts";
import { ClassBars, classNaming } from "./class-bars.tsx";
import { GreyImage, greyBytes } from "./weight-image.tsx";

interface DigitViewProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

/** Neurons named: those that add or take most. */
const CARRIERS_SHOWN = 8;

export function DigitView({ state, dispatch }: DigitViewProps) {
  const study = state.study!;
  const table = shownTable(state)!;
  const { classified, view } = state;
  if (view.digit === undefined || classified === undefined || classified.repeat !== table.repeat) {
    const hint = study.about.live
      ? "Click one of the digits above, under “Fires most” or “Fires least”."
      : `Not known of this study: ${study.about.lacking}`;
    return <p class="empty">{view.digit === undefined || !study.about.live ? hint : "Being looked up."}</p>;
  }
  const { names, scores } = scoresOf(study, classified);
  // What is told is of the removal that was asked for, until the answer to a newer one is there.
  const { removed, sequence } = classified;
  return (
    <div class="digit-view" aria-busy={sequence !== state.classifiedWanted}>
      <Sample study={study} classified={classified} />
      <div class="neuron-bars">
        <ClassBars title="Scores, all neurons" names={names} bars={scores(classified.before)} />
        <ClassBars title={`Scores, ${removed} removed`} names={names} bars={scores(classified.after)} />
      </div>
      <Carriers study={study} state={state} classified={classified} dispatch={dispatch} />
      <label class="tick">
        <input
          type="checkbox"
          checked={view.column === OUTPUT}
          onChange={({ currentTarget: { checked } }) =>
            dispatch({ type: "view", change: { column: checked ? OUTPUT : columnIn(study, USUAL_COLUMN) } })
          }
        />
        colour the neurons by their output for it
      </label>
    </div>
  );
}

function scoresOf({ about }: ShownStudy, { label }: Classified) {
  const scores = (shares: Float64Array) =>
    Array.from(shares, (share, index) => ({ up: share, text: percent(share), marked: index === label }));
  return { names: about.dataset.classNames, scores };
}

interface OfSample {
  readonly study: ShownStudy;
  readonly classified: Classified;
}

function Sample({ study, classified }: OfSample) {
  const { label, pixels, before, after, winner, sample, removed } = classified;
  const { classNames, sampleShape } = study.about.dataset;
  const { nameOf } = classNaming(before.length, classNames);
  const first = before.indexOf(greatest(before));
  const then = `${nameOf(winner)}, ${percent(after[winner]!)}`;
  return (
    <div class="digit-shown">
      {sampleShape.length === 2 ? (
        <GreyImage bytes={greyBytes(pixels.length, (index) => pixels[index]!)} shape={sampleShape} />
      ) : null}
      <div class="numbers" role="status">
        <p>{`Validation sample ${sample}, a ${nameOf(label)}.`}</p>
        <p>{`All neurons: taken for ${nameOf(first)}, ${percent(before[first]!)}.`}</p>
        <p>
          {removed === 0
            ? "Remove neurons to see the scores change."
            : `${counted(removed, "neuron")} removed: taken for ${then}.`}
        </p>
      </div>
    </div>
  );
}

function Carriers({ study, state, classified, dispatch }: OfSample & DigitViewProps) {
  const { carried, winner } = classified;
  const table = shownTable(state)!;
  const widths = layerWidths(table);
  const first = table.rows - widths.at(-1)!;
  const order = Array.from(carried.keys()).sort((a, b) => Math.abs(carried[b]!) - Math.abs(carried[a]!) || a - b);
  const { nameOf } = classNaming(classified.after.length, study.about.dataset.classNames);
  return (
    <div>
      <p
        class="muted"
        title="Output times weight: what the neuron adds to the class's logit, the score before softmax."
      >
        {`Carry ${nameOf(winner)} in layer ${widths.length}, by what they add to its logit`}
      </p>
      <ul class="carriers numbers">
        {order.slice(0, CARRIERS_SHOWN).map((neuron) => (
          <li key={neuron}>
            <button type="button" onClick={() => dispatch({ type: "view", change: { selected: first + neuron } })}>
              <span>{`neuron ${neuron}`}</span>
              <b>{signed(carried[neuron]!, 2)}</b>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
