/** The answer of the study on show: which measures beat chance at telling which neurons can be removed, and by how much. */
import { greatest, smallest } from "../../../src/core/long-arrays.ts";
import { layerOf, type ScopeText } from "../../../src/core/scope.ts";
import type { Answer, Answers } from "../../../src/report/analysis/analysis.ts";
import { answerDetails, answerSentence, howDecided, openText } from "../../../src/report/figures/answer-sentences.ts";
import { counted } from "../numbers.ts";
import { seriesTitle } from "../series.ts";
import type { LabState } from "../state/lab-state.ts";

const DIGITS = 3;
const WIDTH = 92;
const HEIGHT = 18;

/** `−.003`: differences of accuracies are below 1. */
const signed = (value: number) => `${value < 0 ? "\u2212" : "+"}${Math.abs(value).toFixed(DIGITS).replace(/^0/, "")}`;

const scopeTitles: Readonly<Record<Exclude<ScopeText, `layer${number}`>, string>> = {
  network: "All layers, by value",
  "network-ranked": "All layers, by rank",
};

function scopeTitle(scope: ScopeText): string {
  const layer = layerOf(scope);
  return layer === undefined ? scopeTitles[scope as keyof typeof scopeTitles] : `Layer ${layer}`;
}

export function AnswerView({ state }: { readonly state: LabState }) {
  const study = state.study!;
  const answers = study.answers?.mode === state.removal.mode ? study.answers : undefined;
  const { curvesRunning: running } = state;
  if (answers === undefined) {
    const all = `all curves of ${counted(study.neurons.length, "network")}`;
    const text = running === undefined ? `The answer takes ${all}.` : `Waiting for ${all}.`;
    return (
      <div class="answer">
        <p class="empty">{text}</p>
        {running === undefined ? null : <progress max={running.total} value={running.done} aria-label={text} />}
      </div>
    );
  }
  const isSmall = answers.repeats < answers.fewestRepeats;
  const open = isSmall ? undefined : openText(answers, "the setting Repeats");
  return (
    <div class="answer">
      <p class="answer-sentence">{answerSentence(answers)}</p>
      <ul>
        {answerDetails(answers).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <Effects answers={answers} />
      {open === undefined ? null : <p>{open}</p>}
      <p class="answer-how">{howDecided(answers)}</p>
    </div>
  );
}

/** Every measure in every scope: its difference from random orders, with its interval drawn and in words. */
function Effects({ answers: { list } }: { readonly answers: Answers }) {
  const ends = list.flatMap(({ difference: { mean, interval } }) => [interval?.low ?? mean, interval?.high ?? mean, 0]);
  const [low, high] = [smallest(ends), greatest(ends)];
  const margin = (high - low || 0.02) / 16;
  const across = (value: number) => (WIDTH * (value - low + margin)) / (high - low + 2 * margin);
  return (
    <table class="answer-effects numbers">
      <caption class="hidden-text">Mean accuracy over all removals, minus that of random orders</caption>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" colSpan={2}>
            Against random
          </th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      {[...new Set(list.map(({ scope }) => scope))].map((scope) => (
        <tbody key={scope}>
          <tr>
            <th scope="rowgroup" colSpan={4}>
              {scopeTitle(scope)}
            </th>
          </tr>
          {list
            .filter((one) => one.scope === scope)
            .map((one) => (
              <Effect key={one.measure} answer={one} across={across} />
            ))}
        </tbody>
      ))}
    </table>
  );
}

interface EffectProps {
  readonly answer: Answer;
  /** Place of a difference, CSS pixels from the left. */
  across(value: number): number;
}

function Effect({ answer: { measure, difference, verdict }, across }: EffectProps) {
  const { mean, interval } = difference;
  const between = interval === undefined ? "" : `, 95 % interval ${signed(interval.low)} to ${signed(interval.high)}`;
  const text = `${signed(mean)}${between}`;
  const [middle, y] = [across(mean), HEIGHT / 2];
  return (
    <tr class={`verdict-${verdict}`}>
      <td>{seriesTitle(measure)}</td>
      <td>
        <svg width={WIDTH} height={HEIGHT} role="img" aria-label={text}>
          <title>{text}</title>
          <line class="answer-zero" x1={across(0)} x2={across(0)} y1={0} y2={HEIGHT} />
          {interval === undefined ? null : (
            <line class="answer-interval" x1={across(interval.low)} x2={across(interval.high)} y1={y} y2={y} />
          )}
          {verdict === "undecided" ? (
            <circle class="answer-mark" cx={middle} cy={y} r={4} />
          ) : (
            <path
              class="answer-mark"
              d={`M${middle},${y}${verdict === "better" ? "m5,0l-9,-5v10z" : "m-5,0l9,-5v10z"}`}
            />
          )}
        </svg>
      </td>
      <td>{signed(mean)}</td>
      <td>{verdict}</td>
    </tr>
  );
}
