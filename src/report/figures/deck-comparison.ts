/** Every value of the deck beside the study's, with their difference, and whether the deck's lies in the study's band. */
import type { CurveSummary, Interval, MeasureSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { isCurveOf } from "./curve-figure.ts";
import { appliesTo, type DeckPoint, deckDistributions, deckPoints } from "./deck.ts";
import type { FigureTable } from "./figure.ts";
import { seriesTitle } from "./theme.ts";
import { decimal, intervalText, orderTitle, scopeTitle, signed } from "./wording.ts";

const DIGITS = 3;

export interface DeckComparison {
  /** The figure that shows it, for example `figure-4`. */
  readonly figure: string;
  readonly what: string;
  readonly deck: number;
  /** Mean over repeats; for extremes, over the neurons of all repeats. */
  readonly ours: number;
  /** `ours` minus `deck`. */
  readonly difference: number;
  /** 95 % interval of `ours`; absent with one repeat and for extremes. */
  readonly interval?: Interval;
}

function comparison(figure: number, what: string, deck: number, ours: number, interval?: Interval): DeckComparison {
  const compared = { figure: `figure-${figure}`, what, deck, ours, difference: ours - deck };
  return interval === undefined ? compared : { ...compared, interval };
}

/** None where the study has no such curve, or did not evaluate it at that step. */
function comparedPoint(curves: readonly CurveSummary[], point: DeckPoint): DeckComparison[] {
  const curve = curves.find((one) => isCurveOf(point, one));
  const step = curve?.removed.indexOf(point.removed) ?? -1;
  if (curve === undefined || step < 0) return [];
  const { accuracyLow, accuracyHigh } = curve;
  const interval =
    accuracyLow === undefined || accuracyHigh === undefined
      ? undefined
      : { low: accuracyLow[step]!, high: accuracyHigh[step]! };
  const mode = point.mode === "mean" ? "their mean" : "zero";
  const order = point.direction === "none" ? "" : `, ${orderTitle(point.direction)}`;
  const what = `${scopeTitle(point.scope)}, ${seriesTitle(point.measure)}${order}, ${point.removed} removed and replaced by ${mode}: accuracy`;
  return [comparison(point.figure, what, point.accuracy, curve.accuracyMean[step]!, interval)];
}

function comparedDistributions(summaries: readonly MeasureSummary[]): DeckComparison[] {
  return deckDistributions.flatMap((deck) => {
    const ours = summaries.find(({ measure, layer }) => measure === deck.measure && layer === deck.layer);
    if (ours === undefined) return [];
    const what = (name: string) => `layer ${deck.layer}, ${seriesTitle(deck.measure)}: ${name}, bits`;
    return [
      comparison(2, what("least value"), deck.minimum, ours.minimum),
      comparison(2, what("mean"), deck.mean, ours.mean.mean, ours.mean.interval),
      comparison(2, what("largest value"), deck.maximum, ours.maximum),
    ];
  });
}

/** Every value of the deck that the study has too, by figure; empty where the study is not the deck's. */
export function deckComparison({ study, curves, measureSummaries }: StudyAnalysis): DeckComparison[] {
  if (!appliesTo(study)) return [];
  const points = (figure: DeckPoint["figure"]) =>
    deckPoints.filter((point) => point.figure === figure).flatMap((point) => comparedPoint(curves, point));
  return [...points(1), ...comparedDistributions(measureSummaries), ...points(3), ...points(4)];
}

/** Whether the deck's value lies in the study's interval; undefined where there is none. */
export function insideBand({ deck, interval }: DeckComparison): boolean | undefined {
  return interval === undefined ? undefined : interval.low <= deck && deck <= interval.high;
}

/** The comparison as text. */
export function deckTable(comparisons: readonly DeckComparison[]): FigureTable {
  const inside = { true: "yes", false: "no", undefined: "no interval" } as const;
  return {
    columns: ["figure", "value", "deck", "this study", "difference", "95 % interval", "deck inside"],
    rows: comparisons.map((compared) => [
      compared.figure.replace("figure-", ""),
      compared.what,
      ...[decimal(compared.deck, DIGITS), decimal(compared.ours, DIGITS), signed(compared.difference, DIGITS)],
      compared.interval === undefined ? "" : intervalText(compared.interval, DIGITS),
      inside[`${insideBand(compared)}`],
    ]),
  };
}
