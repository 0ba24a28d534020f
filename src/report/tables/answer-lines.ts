/** The answer of a study for a terminal: a sentence, the differences that it rests on, and what is open. */
import { wrapped } from "../../core/wrapped-text.ts";
import type { Answers } from "../analysis/analysis.ts";
import { answerSentence, openText } from "../figures/answer-sentences.ts";
import { seriesTitle } from "../figures/theme.ts";
import { alignedTable } from "./aligned-table.ts";

const DIGITS = 3;

const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(DIGITS)}`;
const probability = (p: number | undefined) => (p === undefined ? "-" : p < 0.001 ? "<0.001" : p.toFixed(3));

function rowsOf({ list }: Answers): string[][] {
  return list.map(({ scope, measure, difference: { mean, interval }, holm, verdict }, index) => [
    scope === list[index - 1]?.scope ? "" : scope,
    seriesTitle(measure),
    signed(mean),
    interval === undefined ? "-" : `${signed(interval.low)}..${signed(interval.high)}`,
    probability(holm),
    verdict,
  ]);
}

/** Lines of at most `columns` characters. */
export function answerLines(answers: Answers, columns: number): string[] {
  const open = openText(answers);
  const replaced = answers.mode === "mean" ? "their mean" : "zero";
  const heading = ["scope", "measure", "effect", "95 % interval", "p", "verdict"];
  return [
    ...wrapped("", answerSentence(answers), columns),
    "",
    ...wrapped(
      "",
      `Effect: mean accuracy over all removals, lowest value first and replaced by ${replaced}, minus that of random orders. p: corrected by Holm's method.`,
      columns,
    ),
    "",
    ...alignedTable({ rows: [heading, ...rowsOf(answers)], keyColumns: 2 }, columns),
    ...(open === undefined ? [] : ["", ...wrapped("", open, columns)]),
  ];
}
