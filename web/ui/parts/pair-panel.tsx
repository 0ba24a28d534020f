/** What two neurons know together, and what removing both costs beside the sum of removing each. */
import type { LookedAtPair, PairRemoval } from "../../engine/pairs/pair-notices.ts";
import type { Dispatch } from "../lab-store.ts";
import { decimal, signed } from "../numbers.ts";
import type { LabState, ShownStudy } from "../state/lab-state.ts";
import { decompositionOptions, knownPair, type ShownPair } from "../state/shown-pair.ts";
import { Pick } from "./choice.tsx";
import { JointBars } from "./joint-bars.tsx";
import { PartsBar } from "./parts-bar.tsx";

interface PairPanelProps {
  readonly state: LabState;
  readonly study: ShownStudy;
  readonly shown: ShownPair;
  readonly dispatch: Dispatch;
}

export function PairPanel({ state, study, shown, dispatch }: PairPanelProps) {
  const known = knownPair(state);
  const out = shown.rows.every((row) => state.removal.history.present.includes(row));
  return (
    <>
      <div class="panel-head">
        <h2 id="neuron-title" class="numbers">
          {shown.title}
        </h2>
        <span class="spread" />
        <button type="button" title="Back to one neuron" onClick={() => dispatch({ type: "forgetPartner" })}>
          Close
        </button>
        <button type="button" onClick={() => dispatch({ type: out ? "restore" : "remove", rows: [...shown.rows] })}>
          {out ? "Restore both" : "Remove both"}
        </button>
      </div>
      {known === undefined ? (
        <p class="empty" role="status">
          {study.about.live
            ? "Their samples are being counted."
            : `What two neurons know together is counted on a GPU, and ${study.about.lacking}.`}
        </p>
      ) : (
        <KnownPair state={state} study={study} shown={shown} pair={known} dispatch={dispatch} />
      )}
    </>
  );
}

function KnownPair({ state, study, shown, pair, dispatch }: PairPanelProps & { readonly pair: LookedAtPair }) {
  const { names } = shown;
  const { decomposition } = state.view;
  const { bits = 1 } = study.about.config ?? {};
  return (
    <>
      <div class="toolbar">
        <Pick
          label="Decomposition"
          options={decompositionOptions}
          value={decomposition}
          onChange={(value) => dispatch({ type: "view", change: { decomposition: value } })}
        />
      </div>
      <PartsBar
        parts={pair.parts[decomposition]!}
        names={names}
        jointInformation={pair.jointInformation}
        chance={pair.chanceInformation}
      />
      <JointBars
        title={`Fire, by class${bits > 1 ? ", of outputs at one bit" : ""}`}
        counts={jointCounts(pair)}
        cellNames={{ both: "both", first: `only ${names[0]}`, second: `only ${names[1]}`, neither: "neither" }}
        names={study.about.dataset.classNames}
      />
      <RemovalTable removal={pair.removal} names={names} />
    </>
  );
}

function jointCounts({ samplesPerClass, ones: [first, second], both }: LookedAtPair) {
  return Array.from(both, (common, label) => {
    const [one, other] = [first[label]! - common, second[label]! - common];
    return { both: common, first: one, second: other, neither: samplesPerClass[label]! - common - one - other };
  });
}

/** Of the network that is otherwise intact. */
function RemovalTable({
  removal,
  names,
}: {
  readonly removal: PairRemoval;
  readonly names: readonly [string, string];
}) {
  const { intact, alone, together, samples, mode } = removal;
  const points = (correct: number) => (100 * (intact.correct - correct)) / samples;
  const costs = [...alone, together].map(({ correct, loss }) => [points(correct), loss - intact.loss] as const);
  const [first, second, both] = costs as [Cost, Cost, Cost];
  const sum: Cost = [first[0] + second[0], first[1] + second[1]];
  const more: Cost = [both[0] - sum[0], both[1] - sum[1]];
  return (
    <table class="pair-removal numbers">
      <caption>{`Removal from the whole network, by ${mode === "mean" ? "the mean" : "zero"}`}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Accuracy lost, points</th>
          <th scope="col">Loss added, nat</th>
        </tr>
      </thead>
      <tbody>
        <Row name={names[0]} cost={first} />
        <Row name={names[1]} cost={second} />
        <Row name="sum of the two" cost={sum} />
        <Row name="both" cost={both} />
        <Row name="beyond the sum" cost={more} strong />
      </tbody>
    </table>
  );
}

/** Fall of the accuracy in percentage points, rise of the loss in nats. */
type Cost = readonly [points: number, nats: number];

interface RowProps {
  readonly name: string;
  readonly cost: Cost;
  readonly strong?: boolean;
}

function Row({ name, cost: [points, nats], strong = false }: RowProps) {
  const text = strong ? signed : decimal;
  return (
    <tr class={strong ? "strong" : ""}>
      <th scope="row">{name}</th>
      <td>{text(points, 2)}</td>
      <td>{text(nats, 4)}</td>
    </tr>
  );
}
