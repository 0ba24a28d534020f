/** Bench rows as cells of text, for the terminal and for docs/performance.md alike: header row first. */
import type { BenchRow } from "./bench-row.ts";
import { fittedExponent } from "./power-law.ts";
import type { ScalingRow } from "./scaling.ts";
import { type Dimension, scalingStages } from "./scaling-plan.ts";
import type { SweepBenchRow } from "./sweep-bench.ts";

/** Digits that say something, in at most 6 characters: 0.0123, 1.23, 123, 1.2e-3. Tables are as wide as these. */
export function figure(value: number | null): string {
  if (value === null) return "-";
  if (value === 0) return "0";
  if (value < 0.01 || value >= 99_999.5) return value.toExponential(1);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(0)} %`;
}

const factor = (ratio: number) => `${ratio.toFixed(1)}x`;

/** Times with their quartiles and what they mean; the size of a row is not among them. */
export function rowCells(rows: readonly BenchRow[]): string[][] {
  const cells = rows.map(({ label, medianMs, lowerQuartileMs, upperQuartileMs, gflops, gbps, ...row }) => {
    const quartiles = `${figure(lowerQuartileMs)}..${figure(upperQuartileMs)}`;
    const rates = [figure(gflops), figure(gbps), percent(row.shareOfCeiling)];
    return [label, figure(medianMs), quartiles, ...rates, String(row.runs)];
  });
  return [["", "median ms", "quartiles", "GFLOP/s", "GB/s", "ceiling", "runs"], ...cells];
}

/** Milliseconds an evaluation of the whole test set, and the largest differences between the two sweeps. */
export function sweepCells(rows: readonly SweepBenchRow[]): string[][] {
  const cells = rows.map(({ scope, samples, fullMs, maskedMs, fastMs, fullRatio, ratio, ...row }) => {
    const differences = `${row.maxCorrectDifference} of ${samples}, ${row.maxLossDifference.toExponential(1)}`;
    const times = [figure(fullMs), figure(maskedMs), figure(fastMs)];
    return [scope, ...times, factor(fullRatio), factor(ratio), differences];
  });
  return [["scope", "full", "masked", "fast", "full/fast", "masked/fast", "differences"], ...cells];
}

const MIB = 2 ** 20;

function exponentOf(rows: readonly ScalingRow[], cost: (row: ScalingRow) => number): string {
  const fitted = fittedExponent(rows.map((row) => ({ size: row.value, cost: cost(row) })));
  return fitted === null ? "-" : fitted.toFixed(2);
}

/** One dimension: time and most memory of each stage; the last row has the fitted exponent of each column. */
export function scalingCells(rows: readonly ScalingRow[], dimension: Dimension): string[][] {
  const own = rows.filter((row) => row.dimension === dimension);
  const stages = scalingStages.filter((stage) => own.some((row) => row.stage === stage));
  const columns = stages.flatMap((stage) => {
    const ofStage = own.filter((row) => row.stage === stage);
    const times = ofStage.map(({ medianMs }) => figure(medianMs));
    const memory = ofStage.map(({ peakBytes }) => figure(peakBytes / MIB));
    return [
      [`${stage} ms`, ...times, exponentOf(ofStage, ({ medianMs }) => medianMs)],
      ["MiB", ...memory, exponentOf(ofStage, ({ peakBytes }) => peakBytes)],
    ];
  });
  const names = [dimension, ...new Set(own.map(({ value }) => String(value))), "exponent"];
  return names.map((name, index) => [name, ...columns.map((column) => column[index]!)]);
}
