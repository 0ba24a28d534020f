/** Curves of one kind to their mean, spread and intervals over networks. */
import { sampleStandardDeviation } from "simple-statistics";
import { meanInterval } from "../statistics/bootstrap.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { CurveSummary } from "./analysis.ts";
import { type CurveGroup, meanOfRows } from "./curve-groups.ts";

/** SD and interval at every step; nothing with one network. */
function spread(rows: readonly Float64Array[]) {
  if (rows.length < 2) return {};
  const columns = Array.from(rows[0]!, (_, step) => rows.map((row) => row[step]!));
  const intervals = columns.map(meanInterval);
  return {
    accuracySd: Float64Array.from(columns, sampleStandardDeviation),
    accuracyLow: Float64Array.from(intervals, ({ low }) => low),
    accuracyHigh: Float64Array.from(intervals, ({ high }) => high),
  };
}

export function curveSummary({ accuracy, loss, repeats, areas, ...kind }: CurveGroup): CurveSummary {
  return {
    ...kind,
    repeats: repeats.length,
    accuracyMean: meanOfRows(accuracy),
    ...spread(accuracy),
    lossMean: meanOfRows(loss),
    area: estimateMean(areas),
    areas,
  };
}
