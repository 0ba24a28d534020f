/** What one sample, drawn or picked, is taken for before and after the removal, and which neurons carry it. */
import { greatest } from "../../../src/core/long-arrays.ts";
import type { Classified } from "../../engine/protocol.ts";
import type { Dispatch } from "../lab-store.ts";
import { percent, signed } from "../numbers.ts";
import { pictureLayout } from "../picture.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { CARRIED, columnIn, isOfSample, OUTPUT, shownTable, USUAL_COLUMN } from "../state/shown.ts";
import { Choice } from "./choice.tsx";
import { ClassBars, classNaming } from "./class-bars.tsx";
import { SampleSource } from "./sample-source.tsx";

interface DigitViewProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

interface OfSample extends DigitViewProps {
  readonly study: ShownStudy;
  /** Undefined until a sample is chosen, and while it is looked up. */
  readonly classified: Classified | undefined;
}

/** Neurons named: those that add or take most. */
const CARRIERS_SHOWN = 6;

export function DigitView({ state, dispatch }: DigitViewProps) {
  const study = state.study!;
  const { classified: newest, view } = state;
  if (!study.about.live) return <p class="empty">{`Not known of this study: ${study.about.lacking}`}</p>;
  const isThere = view.sample !== undefined && newest?.repeat === shownTable(state)!.repeat;
  const classified = isThere ? newest : undefined;
  const shown = { state, dispatch, study, classified };
  // What is told is of the removal that was asked for, until the answer to a newer one is there.
  const isBusy = view.sample !== undefined && classified?.sequence !== state.classifiedWanted;
  const removed = classified?.removed ?? state.removal.history.present.length;
  return (
    <div class="digit-view" aria-busy={isBusy}>
      <SampleSource {...shown}>
        <Verdict {...shown} />
      </SampleSource>
      <div class="neuron-bars">
        <ScoreBars title="Scores, all neurons" study={study} classified={classified} scores={classified?.before} />
        <ScoreBars
          title={`Scores, ${removed} removed`}
          study={study}
          classified={classified}
          scores={classified?.after}
        />
      </div>
      <Carriers {...shown} />
      <Choice
        label="Colour neurons by"
        labelled
        name="sample-column"
        options={[
          { value: "", text: "measure", help: "What is chosen above the neurons." },
          { value: OUTPUT, text: "output", help: "Their outputs for this sample." },
          { value: CARRIED, text: "carries", help: "What they carry of its winner, as listed above." },
        ]}
        value={isOfSample(view.column) ? view.column : ""}
        onChange={(column) =>
          dispatch({ type: "view", change: { column: column === "" ? columnIn(study, USUAL_COLUMN) : column } })
        }
      />
    </div>
  );
}

interface ScoreBarsProps extends Pick<OfSample, "study" | "classified"> {
  readonly title: string;
  readonly scores: Float64Array | undefined;
}

function ScoreBars({ title, study: { about }, classified, scores }: ScoreBarsProps) {
  const shares = scores ?? new Float64Array(about.dataset.classes);
  const bars = Array.from(shares, (share, index) => ({
    up: share,
    text: scores === undefined ? "–" : percent(share),
    marked: index === classified?.label,
  }));
  return <ClassBars title={title} names={about.dataset.classNames} bars={bars} />;
}

/** What the sample is, and what it is taken for. */
function Verdict({ state, study, classified }: OfSample) {
  if (classified === undefined) {
    const isAsked = state.view.sample !== undefined;
    return <p>{isAsked ? "Being looked up." : howToChoose(study)}</p>;
  }
  const { label, before, after, winner, sample, removed } = classified;
  const { nameOf, sampleOf } = classNaming(before.length, study.about.dataset.classNames);
  const first = before.indexOf(greatest(before));
  const what = sample === undefined ? "Drawn by hand." : `Validation sample ${sample}, ${sampleOf(label!)}.`;
  const then = `taken for ${nameOf(winner)}, ${percent(after[winner]!)}`;
  return (
    <>
      <p>{what}</p>
      <p>{`All neurons: taken for ${nameOf(first)}, ${percent(before[first]!)}.`}</p>
      <p>{removed === 0 ? "Remove neurons: what changes?" : `${removed} removed: ${then}.`}</p>
    </>
  );
}

function howToChoose({ about }: ShownStudy): string {
  const layout = pictureLayout(about.dataset.sampleShape);
  if (layout === undefined) return "Pick a sample here.";
  return layout.channels === 1
    ? "Draw a digit, pick one here, or click one above."
    : "Pick one here, or click one above.";
}

const CARRY_HELP =
  "By how much the winner's logit, its score before softmax, falls for this sample when the neuron is replaced as well, alone: " +
  "by its mean or by zero, as chosen under Remove. A negative number: the neuron speaks against the winner.";

function Carriers({ study, state, classified, dispatch }: OfSample) {
  const table = shownTable(state)!;
  const carried = classified?.carried ?? new Float64Array(0);
  const known = Array.from(carried.keys()).filter((row) => !Number.isNaN(carried[row]));
  const order = known.sort((a, b) => Math.abs(carried[b]!) - Math.abs(carried[a]!) || a - b);
  const { nameOf } = classNaming(study.about.dataset.classes, study.about.dataset.classNames);
  const winner = classified === undefined ? "the class" : nameOf(classified.winner);
  const from =
    classified === undefined || classified.carriedFrom === 1 ? "" : `, from layer ${classified.carriedFrom} on`;
  return (
    <div>
      <p class="muted" title={CARRY_HELP}>
        {`Carry ${winner}: how far its logit falls without each${from}`}
      </p>
      <ul class="carriers numbers">
        {Array.from({ length: Math.min(CARRIERS_SHOWN, table.rows) }, (_, place) => {
          const row = order[place];
          return (
            <li key={place}>
              <button
                type="button"
                disabled={row === undefined}
                onClick={() => row !== undefined && dispatch({ type: "view", change: { selected: row } })}
              >
                <span>{row === undefined ? "–" : `layer ${table.layer[row]}, no. ${table.neuron[row]}`}</span>
                <b>{row === undefined ? "" : signed(carried[row]!, 2)}</b>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
