/** Every value of the paper beside the study's, with their difference, and whether the paper's lies in the study's band. */
import { modeTexts } from "../../core/ablation.ts";
import type { CurveSummary, Interval, MeasureSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { isCurveOf } from "./curve-figure.ts";
import type { FigureTable } from "./figure.ts";
import { appliesTo, type PublishedPoint, publishedDistributions, publishedPoints } from "./published.ts";
import { seriesTitle } from "./theme.ts";
import { decimal, intervalText, orderTitle, scopeTitle, signed } from "./wording.ts";

const DIGITS = 3;

interface PublishedComparison {
  /** The figure that shows it, for example `figure-4`. */
  readonly figure: string;
  readonly what: string;
  readonly published: number;
  /** Mean over repeats; for extremes, over the neurons of all repeats. */
  readonly ours: number;
  /** `ours` minus `published`. */
  readonly difference: number;
  /** 95 % interval of `ours`; absent with one repeat and for extremes. */
  readonly interval?: Interval;
}

function comparison(
  figure: number,
  what: string,
  published: number,
  ours: number,
  interval?: Interval,
): PublishedComparison {
  const compared = { figure: `figure-${figure}`, what, published, ours, difference: ours - published };
  return interval === undefined ? compared : { ...compared, interval };
}

/** None where the study has no such curve, or did not evaluate it at that step. */
function comparedPoint(curves: readonly CurveSummary[], point: PublishedPoint): PublishedComparison[] {
  const curve = curves.find((one) => isCurveOf(point, one));
  const step = curve?.removed.indexOf(point.removed) ?? -1;
  if (curve === undefined || step < 0) return [];
  const { accuracyLow, accuracyHigh } = curve;
  const interval =
    accuracyLow === undefined || accuracyHigh === undefined
      ? undefined
      : { low: accuracyLow[step]!, high: accuracyHigh[step]! };
  const mode = modeTexts[point.mode].many;
  const order = point.direction === "none" ? "" : `, ${orderTitle(point.direction)}`;
  const what = `${scopeTitle(point.scope)}, ${seriesTitle(point.measure)}${order}, ${point.removed} removed and replaced by ${mode}: accuracy`;
  return [comparison(point.figure, what, point.accuracy, curve.accuracyMean[step]!, interval)];
}

function comparedDistributions(summaries: readonly MeasureSummary[]): PublishedComparison[] {
  return publishedDistributions.flatMap((published) => {
    const ours = summaries.find(({ measure, layer }) => measure === published.measure && layer === published.layer);
    if (ours === undefined) return [];
    const what = (name: string) => `layer ${published.layer}, ${seriesTitle(published.measure)}: ${name}, bits`;
    return [
      comparison(2, what("least value"), published.minimum, ours.minimum),
      comparison(2, what("mean"), published.mean, ours.mean.mean, ours.mean.interval),
      comparison(2, what("largest value"), published.maximum, ours.maximum),
    ];
  });
}

/** Every value of the paper that the study has too, by figure; empty where the study is not the paper's. */
export function publishedComparison({ study, curves, measureSummaries }: StudyAnalysis): PublishedComparison[] {
  if (!appliesTo(study)) return [];
  const points = (figure: PublishedPoint["figure"]) =>
    publishedPoints.filter((point) => point.figure === figure).flatMap((point) => comparedPoint(curves, point));
  return [...points(1), ...comparedDistributions(measureSummaries), ...points(3), ...points(4)];
}

/** Whether the paper's value lies in the study's interval; undefined where there is none. */
export function insideBand({ published, interval }: PublishedComparison): boolean | undefined {
  return interval === undefined ? undefined : interval.low <= published && published <= interval.high;
}

/** The comparison as text. */
export function publishedTable(comparisons: readonly PublishedComparison[]): FigureTable {
  const inside = { true: "yes", false: "no", undefined: "no interval" } as const;
  return {
    columns: ["figure", "value", "published", "this study", "difference", "95 % interval", "published inside"],
    rows: comparisons.map((compared) => [
      compared.figure.replace("figure-", ""),
      compared.what,
      decimal(compared.published, DIGITS),
      decimal(compared.ours, DIGITS),
      signed(compared.difference, DIGITS),
      compared.interval === undefined ? "" : intervalText(compared.interval, DIGITS),
      inside[`${insideBand(compared)}`],
    ]),
  };
}
