/** summary.csv: what the curves of all repeats say together; one row per kind of curve and evaluated step. */
import { csvFormatValue } from "d3-dsv";
import type { CurveSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { csvChunks, float64Text } from "./csv.ts";

const summaryHeader = [
  "scope",
  "measure",
  "direction",
  "mode",
  "removed",
  "repeats",
  "accuracy_mean",
  "accuracy_sd",
  "accuracy_low",
  "accuracy_high",
  "loss_mean",
];

/** An empty cell where the column is absent, as there is one repeat. */
const cell = (column: Float64Array | undefined, step: number) =>
  column === undefined ? "" : float64Text(column[step]!);

function* curveLines(curve: CurveSummary): Generator<string> {
  const key = [curve.scope, curve.measure, curve.direction, curve.mode].join();
  const columns = [curve.accuracyMean, curve.accuracySd, curve.accuracyLow, curve.accuracyHigh, curve.lossMean];
  for (const [step, removed] of curve.removed.entries()) {
    yield [key, removed, curve.repeats, ...columns.map((column) => cell(column, step))].join();
  }
}

function* summaryLines(analyses: readonly StudyAnalysis[]): Generator<string> {
  for (const { label, curves } of analyses) {
    const study = analyses.length > 1 ? `${csvFormatValue(label)},` : "";
    for (const curve of curves) for (const line of curveLines(curve)) yield `${study}${line}`;
  }
}

/** Text of summary.csv in chunks; with several studies their label is the first column, `study`. */
export function summaryCsv(analyses: readonly StudyAnalysis[]): Iterable<string> {
  return csvChunks([...(analyses.length > 1 ? ["study"] : []), ...summaryHeader], summaryLines(analyses));
}
