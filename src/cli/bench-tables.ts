/** What `bench` prints for people: tables of at most 80 columns. */
import type { BenchRow } from "../bench/bench-row.ts";
import { fittedExponent } from "../bench/power-law.ts";
import type { ScalingRow } from "../bench/scaling.ts";
import { dimensions, scalingStages } from "../bench/scaling-plan.ts";
import type { SuiteReport } from "../bench/suite.ts";
import type { SweepBenchRow } from "../bench/sweep-bench.ts";
import type { TrainBenchRow } from "../bench/train-bench.ts";
import { alignedTable } from "../report/aligned-table.ts";
import { COLUMNS, wrapped } from "./wrapped-text.ts";

/** Three digits that say something: 0.0123, 1.23, 123. */
function figure(value: number | null): string {
  if (value === null) return "-";
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value.toPrecision(3);
}

function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(0)} %`;
}

/** One row a bench: times with their quartiles, what they mean, and of which size they are. */
function rowLines(rows: readonly BenchRow[]): string[] {
  if (rows.length === 0) return [];
  const header = ["", "median ms", "quartiles", "GFLOP/s", "GB/s", "ceiling", "runs"];
  const cells = rows.map(({ label, medianMs, lowerQuartileMs, upperQuartileMs, gflops, gbps, ...row }) => {
    const quartiles = `${figure(lowerQuartileMs)}..${figure(upperQuartileMs)}`;
    const rates = [figure(gflops), figure(gbps), percent(row.shareOfCeiling)];
    return [label, figure(medianMs), quartiles, ...rates, String(row.runs)];
  });
  const [head, ...lines] = alignedTable({ rows: [header, ...cells], keyColumns: 1, group: header.length - 1 }, COLUMNS);
  return [head!, ...lines.flatMap((line, index) => [line, ...wrapped("  ", rows[index]!.size)]), ""];
}

function trainLines(rows: readonly TrainBenchRow[]): string[] {
  return rows.flatMap(({ samplesPerSecond, shareOfProducts }) => [
    ...wrapped(
      "",
      `train: ${samplesPerSecond.toFixed(0)} samples/s of all networks; ${percent(shareOfProducts)} of what the products of its shapes alone would reach`,
    ),
    "",
  ]);
}

function sweepLines(rows: readonly SweepBenchRow[]): string[] {
  if (rows.length === 0) return [];
  const { widths, activation, samples } = rows[0]!;
  const cell = (value: number, digits: number) => value.toFixed(digits).padStart(9);
  return [
    `sweep: ${widths.join("-")} ${activation}, ${samples} test samples; ms an evaluation, medians`,
    "scope         full   masked     fast  full/fast  masked/fast  differences",
    ...rows.map(({ scope, fullMs, maskedMs, fastMs, fullRatio, ratio, ...row }) => {
      const times = cell(fullMs, 3) + cell(maskedMs, 3) + cell(fastMs, 4);
      const differences = `${row.maxCorrectDifference} of ${samples}, ${row.maxLossDifference.toExponential(1)}`;
      return `${scope.padEnd(9)}${times}${fullRatio.toFixed(1).padStart(10)}x${ratio.toFixed(1).padStart(12)}x  ${differences}`;
    }),
    "",
  ];
}

const MIB = 2 ** 20;

/** One table a dimension: time of each stage and the most memory, with the exponent of each column. */
function scalingLines(rows: readonly ScalingRow[]): string[] {
  return dimensions.flatMap((dimension) => {
    const own = rows.filter((row) => row.dimension === dimension);
    if (own.length === 0) return [];
    const stages = scalingStages.filter((stage) => own.some((row) => row.stage === stage));
    const values = [...new Set(own.map(({ value }) => value))];
    const columns = stages.flatMap((stage) => {
      const ofStage = own.filter((row) => row.stage === stage);
      const exponent = (cost: (row: ScalingRow) => number) => {
        const fitted = fittedExponent(ofStage.map((row) => ({ size: row.value, cost: cost(row) })));
        return fitted === null ? "-" : fitted.toFixed(2);
      };
      const times = ofStage.map(({ medianMs }) => figure(medianMs));
      const memory = ofStage.map(({ peakBytes }) => figure(peakBytes / MIB));
      return [
        [`${stage} ms`, ...times, exponent(({ medianMs }) => medianMs)],
        ["MiB", ...memory, exponent(({ peakBytes }) => peakBytes)],
      ];
    });
    const names = [dimension, ...values.map(String), "exponent"];
    const table = names.map((name, index) => [name, ...columns.map((column) => column[index]!)]);
    return [...alignedTable({ rows: table, keyColumns: 1, group: 2 }, COLUMNS), ""];
  });
}

export function benchLines(report: SuiteReport, runs: number): string[] {
  const { ceilings, matmul, train, forward, histogram, sweep, scaling } = report;
  const rows = [...matmul, ...train, ...forward, ...histogram, ...sweep];
  const fewer = [...rows, ...scaling].some((row) => row.runs < runs) || sweep.some((row) => row.maskedRuns < runs);
  return [
    `ceilings: ${figure(ceilings.gflops)} GFLOP/s in large products, ${figure(ceilings.gbps)} GB/s in streams`,
    "",
    ...rowLines(rows),
    ...trainLines(train),
    ...sweepLines(sweep),
    ...scalingLines(scaling),
    ...(fewer ? [...wrapped("", `Fewer than ${runs} runs where they would take longer than --seconds.`)] : []),
  ];
}
