/** What the figures of accuracy curves share: from chosen panels to a figure. */
import { modeTexts } from "../../core/ablation.ts";
import { greatest } from "../../core/long-arrays.ts";
import type { CurveSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { type CurvePanel, curvePanel, type Dashes } from "./curve-panels.ts";
import { curveTable } from "./curve-rows.ts";
import type { Figure } from "./figure.ts";
import { panelsSpec } from "./panels.ts";
import { type PublishedPoint, publishedCaption } from "./published.ts";
import { coloursOf, seriesColours, seriesTitle } from "./theme.ts";
import { bandText, decimal, listed, orderTitle, scopeTitle } from "./wording.ts";

/** Direction is told by dashes; the titles of the panels say it in words. */
export const directionDashes: Dashes = {
  domain: ["lowest first", "highest first", "random order"],
  range: [
    [1, 0],
    [6, 3],
    [1, 0],
  ],
};

/** Those of the paper's values that belong to one of the curves. */
export function publishedOf(points: readonly PublishedPoint[], curves: readonly CurveSummary[]): PublishedPoint[] {
  return points.filter((point) => curves.some((curve) => isCurveOf(point, curve)));
}

/** Whether the paper's value is for this kind of curve. */
export function isCurveOf(point: PublishedPoint, curve: CurveSummary): boolean {
  const keys = ["scope", "measure", "direction", "mode"] as const;
  return keys.every((key) => point[key] === curve[key]);
}

interface CurveFigure {
  readonly id: string;
  readonly title: string;
  readonly reading: string;
  readonly panels: readonly CurvePanel[];
  readonly dashes: Dashes;
}

/** Says what removed neurons become, where that is one thing. */
function modeText(curves: readonly CurveSummary[]): string {
  const modes = [...new Set(curves.map(({ mode }) => mode))];
  return modes.length === 1 ? `Removed neurons become ${modeTexts[modes[0]!].many}.` : "";
}

/** Puts the panels together; the caption says repeats, band and marks, the table lists every tenth of each curve. */
export function curveFigure({ id, title, reading, panels, dashes }: CurveFigure, analysis: StudyAnalysis): Figure {
  const curves = panels.flatMap((panel) => panel.curves);
  const summaries = curves.map(({ curve }) => curve);
  const shown = summaries.map(({ measure }) => measure);
  const colours = coloursOf(seriesColours(analysis.measures), shown);
  const marks = panels.some(({ published }) => published.length > 0) ? publishedCaption(analysis.study) : "";
  const caption = [bandText(analysis.repeats), modeText(summaries), drawsText(summaries), marks];
  // Random orders stand in the panel of each direction, but once in the table.
  const distinct = [...new Map(curves.map((styled) => [styled.curve, styled])).values()];
  return {
    id,
    title,
    reading,
    caption: caption.filter((text) => text !== "").join(" "),
    alternative: `Line charts of test accuracy against the number of neurons removed: ${listed(panels.map(panelName))}. Curves: ${listed(colours.domain)}. ${areasText(distinct.map(({ curve }) => curve))} The table lists each curve at every 10 % of removal.`,
    spec: panelsSpec(panels.map((panel) => curvePanel(panel, colours, dashes))),
    table: curveTable(distinct),
  };
}

function panelName({ title, subtitle }: CurvePanel): string {
  return subtitle === undefined ? title : `${title} (${subtitle})`;
}

function drawsText(curves: readonly CurveSummary[]): string {
  const draws = greatest(curves.map((curve) => curve.draws));
  return draws > 1 ? `Random: mean of ${draws} orders a network.` : "";
}

function areasText(curves: readonly CurveSummary[]): string {
  const byArea = curves.toSorted((a, b) => b.area.mean - a.area.mean);
  const [best, worst] = [byArea[0]!, byArea.at(-1)!];
  const text = ({ measure, scope, direction, area }: CurveSummary) =>
    `${seriesTitle(measure)} (${scopeTitle(scope)}, ${orderTitle(direction)}; mean accuracy ${decimal(area.mean, 3)})`;
  return `The highest curve on average is ${text(best)}, the lowest ${text(worst)}.`;
}
