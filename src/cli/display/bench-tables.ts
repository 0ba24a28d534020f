/** What `bench` prints for people: tables of at most 80 columns. */
import type { BenchRow } from "../../bench/bench-row.ts";
import type { EvidenceBenchRow } from "../../bench/evidence-bench.ts";
import { figure, percent, rowCells, scalingCells, sweepCells } from "../../bench/result-cells.ts";
import type { ScalingRow } from "../../bench/scaling.ts";
import { dimensions } from "../../bench/scaling-plan.ts";
import type { SuiteReport } from "../../bench/suite.ts";
import type { SweepBenchRow } from "../../bench/sweep-bench.ts";
import type { TrainBenchRow } from "../../bench/train-bench.ts";
import { COLUMNS, wrapped } from "../../core/wrapped-text.ts";
import { alignedTable } from "../../report/tables/aligned-table.ts";

/** A table whose columns stay side by side. */
function table(rows: readonly (readonly string[])[]): string[] {
  return alignedTable({ rows, keyColumns: 1, group: rows[0]!.length - 1 }, COLUMNS);
}

/** One row a bench, its size below it. */
function rowLines(rows: readonly BenchRow[]): string[] {
  if (rows.length === 0) return [];
  const [head, ...lines] = table(rowCells(rows));
  return ["", head!, ...lines.flatMap((line, index) => [line, ...wrapped("  ", rows[index]!.size)])];
}

function trainLines(rows: readonly TrainBenchRow[]): string[] {
  return rows.flatMap(({ samplesPerSecond, shareOfProducts }) => {
    const speed = `train: ${samplesPerSecond.toFixed(0)} samples/s of all networks;`;
    const share = `${percent(shareOfProducts)} of the throughput of its products alone`;
    return ["", ...wrapped("", `${speed} ${share}`)];
  });
}

function evidenceLines(rows: readonly EvidenceBenchRow[]): string[] {
  if (rows.length === 0) return [];
  const ratios = rows.slice(1).map(({ label, ratio }) => `${label.replace("evidence.", "")} ${ratio.toFixed(2)}x`);
  return ["", ...wrapped("", `evidence, times that of the paper's measures: ${ratios.join(", ")}`)];
}

function sweepLines(rows: readonly SweepBenchRow[]): string[] {
  if (rows.length === 0) return [];
  const { widths, activation, samples } = rows[0]!;
  const title = `sweep: ${widths.join("-")} ${activation}, ${samples} test samples; ms an evaluation, medians`;
  return ["", ...wrapped("", title), ...table(sweepCells(rows))];
}

function scalingLines(rows: readonly ScalingRow[]): string[] {
  const present = dimensions.filter((dimension) => rows.some((row) => row.dimension === dimension));
  return present.flatMap((dimension) => ["", ...table(scalingCells(rows, dimension))]);
}

export function benchLines(report: SuiteReport, runs: number): string[] {
  const { ceilings, matmul, train, forward, histogram, levels, pairs, convolution, evidence, sweep, scaling } = report;
  const parts = [matmul, train, forward, histogram, levels, pairs, convolution, evidence, sweep];
  const rows: BenchRow[] = parts.flat();
  const fewer = [...rows, ...scaling].some((row) => row.runs < runs);
  return [
    `ceilings: ${figure(ceilings.gflops)} GFLOP/s in large products, ${figure(ceilings.gbps)} GB/s in streams`,
    ...rowLines(rows),
    ...trainLines(train),
    ...evidenceLines(evidence),
    ...sweepLines(sweep),
    ...scalingLines(scaling),
    ...(fewer ? ["", `Fewer than ${runs} runs where they would take longer than --seconds.`] : []),
  ];
}
