/** The trainings of this visit, two of them beside each other. */
import { useState } from "preact/hooks";
import { greatest } from "../../../src/core/long-arrays.ts";
import { LineChart } from "../charts/line-chart.tsx";
import { decimal, percent } from "../numbers.ts";
import { differences, meanCurve, spreadOf } from "../state/compared-trainings.ts";
import type { PastTraining } from "../state/lab-state.ts";
import { Pick } from "./choice.tsx";

const CHART_HEIGHT = 108;
/** Of the first and the second one. */
const colours = ["var(--series-mutual-information)", "var(--series-entropy)"] as const;

/** For example `2: 100, 100 relu, 10 epochs`. */
function titleOf({ number, config }: PastTraining): string {
  return `${number}: ${config.hidden.join(", ")} ${config.activation}, ${config.epochs} epochs`;
}

export function TrainingsView({ trainings }: { readonly trainings: readonly PastTraining[] }) {
  const [chosen, choose] = useState<readonly [number?, number?]>([]);
  if (trainings.length < 2) {
    const left = trainings.length === 0 ? "two networks" : "another network";
    return <p class="empty">{`Train ${left}, with other settings, to see both beside each other.`}</p>;
  }
  const byNumber = (number: number | undefined, otherwise: PastTraining) =>
    trainings.find((training) => training.number === number) ?? otherwise;
  const pair = [byNumber(chosen[0], trainings.at(-2)!), byNumber(chosen[1], trainings.at(-1)!)] as const;
  const options = trainings.map((training) => ({ value: String(training.number), text: titleOf(training) }));
  const pick = (place: 0 | 1) => (
    <span class="pick trained">
      <i class="swatch" style={{ background: colours[place] }} />
      <Pick
        label={place === 0 ? "First" : "Second"}
        options={options}
        value={String(pair[place].number)}
        onChange={(value) => choose(place === 0 ? [Number(value), pair[1].number] : [pair[0].number, Number(value)])}
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
  readonly pair: readonly [PastTraining, PastTraining];
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
    const { mean, least, most } = spreadOf(of(training));
    return { mean: show(mean), range: `${show(least)} to ${show(most)}` };
  });
  return { name, cells };
}

type ValuesOf = (training: PastTraining) => readonly number[];

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
