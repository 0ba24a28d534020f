/** The answer of a study for a terminal: a sentence, the differences that it rests on, and what is open. */
import { modeTexts } from "../../core/ablation.ts";
import { wrapped } from "../../core/wrapped-text.ts";
import type { Answer, Answers } from "../analysis/analysis.ts";
import { answerSentence, openText } from "../figures/answer-sentences.ts";
import { seriesTitle } from "../figures/theme.ts";
import { alignedTable } from "./aligned-table.ts";

const DIGITS = 3;

const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(DIGITS)}`;
const probability = (p: number | undefined) => (p === undefined ? "-" : p < 0.001 ? "<0.001" : p.toFixed(3));

/** So many of a scope are shown, the best; a report ranks all. */
const MOST_SHOWN = 5;
/** Up to so many of a scope all are shown. */
const FEW = 6;

type Shown = (answer: Answer) => string;

/** Of a row, behind scope and measure. With long names of many measures the p would not fit. */
const columns: Readonly<Record<string, Shown>> = {
  effect: ({ difference: { mean } }) => signed(mean),
  "95 % interval": ({ difference: { interval } }) =>
    interval === undefined ? "-" : `${signed(interval.low)}..${signed(interval.high)}`,
  p: ({ holm }) => probability(holm),
  verdict: ({ verdict }) => verdict,
};

function rowsOf(list: readonly Answer[], shown: readonly Shown[]): string[][] {
  return list.map((answer, index) => [
    answer.scope === list[index - 1]?.scope ? "" : answer.scope,
    seriesTitle(answer.measure),
    ...shown.map((text) => text(answer)),
  ]);
}

/** Lines of at most `width` characters. */
export function answerLines(answers: Answers, width: number): string[] {
  const open = openText(answers);
  const replaced = modeTexts[answers.mode].many;
  const scopes = [...new Set(answers.list.map(({ scope }) => scope))];
  const byScope = scopes.map((scope) => answers.list.filter((one) => one.scope === scope));
  const isMany = byScope.some(({ length }) => length > FEW);
  const names = Object.keys(columns).filter((name) => name !== "p" || !isMany);
  const list = isMany ? byScope.flatMap((own) => own.slice(0, MOST_SHOWN)) : answers.list;
  const shown = names.map((name) => columns[name]!);
  const few = `The best ${MOST_SHOWN} of ${byScope[0]!.length} measures in each scope; the report ranks all. `;
  const minus = `lowest value first and replaced by ${replaced}, minus that of random orders`;
  const about = isMany
    ? `${few}Effect: mean accuracy over all removals, ${minus}.`
    : `Effect: mean accuracy over all removals, ${minus}. p: corrected by Holm's method.`;
  return [
    ...wrapped("", answerSentence(answers), width),
    "",
    ...wrapped("", about, width),
    "",
    ...alignedTable({ rows: [["scope", "measure", ...names], ...rowsOf(list, shown)], keyColumns: 2 }, width),
    ...(open === undefined ? [] : ["", ...wrapped("", open, width)]),
  ];
}
