/** Curves as rows of data: what pictures draw, what hovering shows and what tables list, rounded once for all three. */
import { modeTexts } from "../../core/ablation.ts";
import type { CurveSummary } from "../analysis/analysis.ts";
import type { FigureTable } from "./figure.ts";
import { seriesTitle } from "./theme.ts";
import { orderTitle, scopeTitle } from "./wording.ts";

/** A picture 250 pixels wide shows no more; tables and files hold every step. */
const MOST_STEPS = 201;
/** One test sample in ten thousand. */
const ACCURACY_DIGITS = 4;

/** One point of a curve; low and high are absent with one repeat. */
interface CurveRow {
  /** Title of the measure. */
  readonly measure: string;
  /** What the dash says: how the order runs, or what removed neurons become. */
  readonly style: string;
  readonly removed: number;
  readonly accuracy: number;
  readonly low?: number;
  readonly high?: number;
}

/** A curve of a panel, with what its dash says. */
export interface StyledCurve {
  readonly curve: CurveSummary;
  readonly style: string;
}

const rounded = (value: number) => Number(value.toFixed(ACCURACY_DIGITS));

/** Indices of at most `most` of `steps` steps, evenly, the first and the last among them. */
function evenSteps(steps: number, most: number): number[] {
  if (steps <= most) return Array.from({ length: steps }, (_, step) => step);
  return Array.from({ length: most }, (_, index) => Math.round((index * (steps - 1)) / (most - 1)));
}

function rowAt({ curve, style }: StyledCurve, step: number): CurveRow {
  const { accuracyLow, accuracyHigh } = curve;
  const row = {
    measure: seriesTitle(curve.measure),
    style,
    removed: curve.removed[step]!,
    accuracy: rounded(curve.accuracyMean[step]!),
  };
  if (accuracyLow === undefined || accuracyHigh === undefined) return row;
  return { ...row, low: rounded(accuracyLow[step]!), high: rounded(accuracyHigh[step]!) };
}

/** All points of a curve that are drawn. */
export function curveRows(styled: StyledCurve): CurveRow[] {
  return evenSteps(styled.curve.removed.length, MOST_STEPS).map((step) => rowAt(styled, step));
}

/** Of the drawn steps, those next to 0, 10, ..., 100 % of the neurons removed. */
function tableSteps(removed: Uint32Array): number[] {
  const drawn = evenSteps(removed.length, MOST_STEPS);
  const total = removed.at(-1)!;
  const nearest = (target: number) =>
    drawn.reduce((best, step) => (Math.abs(removed[step]! - target) < Math.abs(removed[best]! - target) ? step : best));
  const tenths = Array.from({ length: 11 }, (_, tenth) => nearest((tenth * total) / 10));
  return [...new Set(tenths)];
}

/** Every curve at each 10 % of removal, as rows of text. */
export function curveTable(curves: readonly StyledCurve[]): FigureTable {
  const bands = curves.some(({ curve }) => curve.accuracyLow !== undefined);
  const columns = ["removes", "ordered by", "order", "removed neurons become", "removed", "accuracy"];
  const rows = curves.flatMap((styled) => {
    const { scope, measure, direction, mode, removed } = styled.curve;
    const key = [scopeTitle(scope), seriesTitle(measure), orderTitle(direction), modeTexts[mode].many];
    return tableSteps(removed).map((step) => {
      const { accuracy, low, high } = rowAt(styled, step);
      const cells = [...key, String(removed[step]), accuracy.toFixed(ACCURACY_DIGITS)];
      if (!bands) return cells;
      return [...cells, ...[low, high].map((bound) => bound?.toFixed(ACCURACY_DIGITS) ?? "")];
    });
  });
  return { columns: bands ? [...columns, "95 % low", "95 % high"] : columns, rows };
}
