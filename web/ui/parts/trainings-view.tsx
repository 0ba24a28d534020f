/** Two trainings of the list beside each other. */
import { greatest } from "../../../src/core/long-arrays.ts";
import type { EarlierTraining } from "../../engine/protocol.ts";
import { LineChart } from "../charts/line-chart.tsx";
import type { Dispatch } from "../lab-store.ts";
import { decimal, percent } from "../numbers.ts";
import { comparedPair, differences, meanCurve, spreadOf } from "../state/compared-trainings.ts";
import type { LabState } from "../state/lab-state.ts";
import { Pick } from "./choice.tsx";

const CHART_HEIGHT = 108;
/** Of the first and the second one. */
const colours = ["var(--series-mutual-information)", "var(--series-entropy)"] as const;

/** For example `2: 100, 100 relu, 10 epochs`, or its name. */
function titleOf({ number, name, config }: EarlierTraining): string {
  if (name !== "") return `${number}: ${name}`;
  return `${number}: ${config.hidden.join(", ")} ${config.activation}, ${config.epochs} epochs`;
}

interface TrainingsViewProps {
  readonly state: LabState;
  readonly dispatch: Dispatch;
}

export function TrainingsView({ state, dispatch }: TrainingsViewProps) {
  const { trainings } = state;
  const pair = comparedPair(state);
  if (pair === undefined) {
    const left = trainings.length === 0 ? "two networks" : "another network";
    return <p class="empty">{`Train ${left}, with other settings, to see both beside each other.`}</p>;
  }
  const options = trainings.map((training) => ({ value: training.id, text: titleOf(training) }));
  const choose = (place: 0 | 1, id: string) => {
    const compared = place === 0 ? ([id, pair[1].id] as const) : ([pair[0].id, id] as const);
    dispatch({ type: "view", change: { compared } });
  };
  const pick = (place: 0 | 1) => (
    <span class="pick trained">
      <i class="swatch" style={{ background: colours[place] }} />
      <Pick
        label={place === 0 ? "First" : "Second"}
        options={options}
        value={pair[place].id}
        onChange={(value) => choose(place, value)}
      />
    </span>
  );
  return (
    <div class="trainings">
      {pick(0)}
      {pick(1)}
      <Curves pair={pair} />
      <Comparison pair={pair} />
    </div>
  );
}

interface PairProps {
  readonly pair: readonly [EarlierTraining, EarlierTraining];
}

function Curves({ pair }: PairProps) {
  const epochs = greatest(pair.map(({ training }) => training.epochs));
  const series = (column: "loss" | "accuracy") =>
    pair.map((training, place) => ({
      id: String(place),
      colour: colours[place]!,
      points: meanCurve(training, column).map((value, epoch) => [epoch + 1, value] as const),
    }));
  const loss = series("loss");
  const most = greatest(loss.flatMap(({ points }) => points.map(([, value]) => value)));
  const across = {
    label: "epoch",
    from: 0,
    to: epochs,
    format: (value: number) => (Number.isInteger(value) ? String(value) : ""),
  };
  return (
    <div class="trainings-charts">
      <LineChart
        id="trainings-loss"
        height={CHART_HEIGHT}
        description="Training loss of both trainings by epoch, mean of the repeats."
        across={across}
        up={{ label: "loss", from: 0, to: Number.isFinite(most) ? most : 1 }}
        series={loss}
      />
      <LineChart
        id="trainings-accuracy"
        height={CHART_HEIGHT}
        description="Validation accuracy of both trainings by epoch, mean of the repeats."
        across={across}
        up={{ label: "validation", from: 0, to: 1, format: (value) => `${Math.round(100 * value)} %` }}
        series={series("accuracy")}
      />
    </div>
  );
}

/** Of both trainings: a mean over the repeats, and the range that it is of. */
interface Outcome {
  readonly name: string;
  readonly cells: readonly { readonly mean: string; readonly range: string }[];
}

function outcomeOf(pair: PairProps["pair"], name: string, show: (value: number) => string, of: ValuesOf): Outcome {
  const cells = pair.map((training) => {
    const spread = spreadOf(of(training));
    if (spread === undefined) return { mean: "–", range: "not trained to its end" };
    const { mean, least, most } = spread;
    return { mean: show(mean), range: `${show(least)} to ${show(most)}` };
  });
  return { name, cells };
}

type ValuesOf = (training: EarlierTraining) => readonly number[];

function outcomes(pair: PairProps["pair"]): Outcome[] {
  const share = (value: number) => percent(value);
  const loss = (value: number) => decimal(value, 3);
  return [
    outcomeOf(pair, "Test accuracy", share, ({ repeats }) => repeats.map(({ testAccuracy }) => testAccuracy)),
    outcomeOf(pair, "Validation", share, ({ repeats }) => repeats.map(({ validationAccuracy }) => validationAccuracy)),
    outcomeOf(pair, "Training loss", loss, ({ repeats }) => repeats.map(({ trainLoss }) => trainLoss.at(-1)!)),
  ];
}

function Comparison({ pair }: PairProps) {
  const [first, second] = pair;
  const different = differences(first, second);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section class="compared-trainings" tabIndex={0} aria-label="How the two trainings ended, and where they differ">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">Mean of repeats</th>
            {pair.map(({ number }, place) => (
              <th key={colours[place]} scope="col">
                <i class="swatch" style={{ background: colours[place] }} />
                {number}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {outcomes(pair).map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map(({ mean, range }, place) => (
                <td key={colours[place]} title={range}>
                  {mean}
                  <span class="hidden-text">{`, ${range}`}</span>
                </td>
              ))}
            </tr>
          ))}
          {different.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{values[0]}</td>
              <td>{values[1]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {different.length === 0 ? <p class="muted">Both have the same settings and data.</p> : null}
    </section>
  );
}
