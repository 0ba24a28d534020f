/** The forest plot of the answer: each measure's area minus that of random orders, with its interval, scope by scope. */
import { modeTexts } from "../../core/ablation.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import type { Answer, AnswerVerdict, StudyAnalysis } from "../analysis/analysis.ts";
import { answerSentence, verdictTexts } from "./answer-sentences.ts";
import type { Figure, FigureTable } from "./figure.ts";
import { COLUMNS_PARAMETER, HOVER_LAYER, type Panel, panelSize, panelsSpec } from "./panels.ts";
import { ink, seriesTitle } from "./theme.ts";
import { counted, decimal, intervalText, scopeTitle, signed } from "./wording.ts";

export const ANSWER_FIGURE = "answer";

const DIGITS = 4;
/** Pixels of a measure's row, and above and below all rows. */
const ROW = 26;

/** Told apart by shape, too. Blue and orange of the palette; what is open is grey. */
const marks: Readonly<Record<AnswerVerdict, { readonly colour: string; readonly shape: string }>> = {
  better: { colour: "#0072B2", shape: "triangle-right" },
  worse: { colour: "#D55E00", shape: "triangle-left" },
  undecided: { colour: "#8a8d96", shape: "circle" },
};

function row({ measure, difference: { mean, interval }, verdict }: Answer) {
  const rounded = (value: number) => Number(value.toFixed(DIGITS));
  return {
    measure: seriesTitle(measure),
    difference: rounded(mean),
    low: rounded(interval?.low ?? mean),
    high: rounded(interval?.high ?? mean),
    verdict: verdictTexts[verdict],
  };
}

/** The difference axis of all panels: 0 and all intervals. */
function domainOf(list: readonly Answer[]): [number, number] {
  const ends = list.flatMap(({ difference: { mean, interval } }) => [interval?.low ?? mean, interval?.high ?? mean, 0]);
  const [low, high] = [smallest(ends), greatest(ends)];
  const margin = (high - low || 0.02) / 20;
  return [low - margin, high + margin];
}

function panel(scope: Answer["scope"], list: readonly Answer[], domain: [number, number]): Panel {
  const x = {
    field: "difference",
    type: "quantitative" as const,
    title: "mean accuracy minus that of random orders",
    scale: { domain, nice: false },
    axis: { format: "+~g", tickCount: 5 },
  };
  const verdicts = Object.keys(marks) as AnswerVerdict[];
  const colours = {
    domain: verdicts.map((verdict) => verdictTexts[verdict]),
    range: verdicts.map((verdict) => marks[verdict].colour),
  };
  const legend = { title: null, orient: "top" as const, columns: { expr: `${COLUMNS_PARAMETER} > 1 ? 3 : 1` } };
  return {
    title: scopeTitle(scope),
    width: panelSize.width,
    height: ROW * list.length,
    data: { values: list.map(row) },
    encoding: {
      y: {
        field: "measure",
        type: "nominal",
        sort: null,
        title: null,
        axis: { labelLimit: 240, ticks: false, domain: false },
      },
      color: { field: "verdict", type: "nominal", scale: colours, legend },
    },
    layer: [
      {
        mark: { type: "rule", color: ink, strokeDash: [3, 3], opacity: 0.6 },
        encoding: {
          x: { datum: 0, type: "quantitative" },
          color: { value: ink },
          y: { value: 0 },
          y2: { value: ROW * list.length },
        },
      },
      { mark: { type: "rule", strokeWidth: 2 }, encoding: { x: { ...x, field: "low" }, x2: { field: "high" } } },
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
        encoding: {
          x,
          shape: {
            field: "verdict",
            type: "nominal",
            scale: { domain: colours.domain, range: verdicts.map((verdict) => marks[verdict].shape) },
            legend,
          },
        },
      },
      {
        name: `${HOVER_LAYER}_${scope.replaceAll("-", "_")}`,
        mark: { type: "bar", opacity: 0, height: ROW },
        encoding: {
          x: { ...x, field: "low" },
          x2: { field: "high" },
          tooltip: [
            { field: "measure", type: "nominal" },
            { field: "difference", type: "quantitative", format: `+.${DIGITS}f` },
            { field: "low", type: "quantitative", title: "95 % low", format: `+.${DIGITS}f` },
            { field: "high", type: "quantitative", title: "95 % high", format: `+.${DIGITS}f` },
            { field: "verdict", type: "nominal" },
          ],
        },
      },
    ],
  };
}

const probability = (p: number | undefined) => (p === undefined ? "" : p < 0.001 ? "< 0.001" : decimal(p, 3));

function table(list: readonly Answer[]): FigureTable {
  return {
    columns: ["removes", "lowest first by", "verdict", "difference", "95 % interval", "p after Holm"],
    rows: list.map(({ scope, measure, verdict, difference, holm }) => [
      scopeTitle(scope),
      seriesTitle(measure),
      verdictTexts[verdict],
      signed(difference.mean, DIGITS),
      difference.interval === undefined ? "" : intervalText(difference.interval, DIGITS),
      probability(holm),
    ]),
  };
}

/** Absent where nothing can be compared with random orders. */
export function answerFigure({ answers }: StudyAnalysis): Figure | undefined {
  if (answers === undefined) return undefined;
  const { list, repeats, mode } = answers;
  const scopes = [...new Set(list.map(({ scope }) => scope))];
  const domain = domainOf(list);
  const panels = scopes.map((scope) =>
    panel(
      scope,
      list.filter((one) => one.scope === scope),
      domain,
    ),
  );
  const replaced = modeTexts[mode].many;
  const bars = repeats > 1 ? " Bars: 95 % bootstrap interval." : "";
  return {
    id: ANSWER_FIGURE,
    title: "Each measure against chance",
    reading: answerSentence(answers),
    caption: `Mean over ${counted(repeats, "repeat")} of the test accuracy that removals leave, averaged over all removals from none to all, minus the same of random orders. Right of the line a measure is the better guide. Lowest values first; removed neurons become ${replaced}.${bars} Colour and shape say what the paired test says, p corrected by Holm's method over the comparisons with random orders in a scope.`,
    alternative: `Forest plots, one for each scope. ${answerSentence(answers)} The table lists every difference.`,
    spec: panelsSpec(panels),
    table: table(list),
  };
}
