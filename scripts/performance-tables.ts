/** Tables of docs/performance.md out of measured results: pure text, written and checked by write-performance.ts. */
import type { BenchRow } from "../src/bench/bench-row.ts";
import { figure, percent, rowCells, scalingCells, sweepCells } from "../src/bench/result-cells.ts";
import type { ScalingRow } from "../src/bench/scaling.ts";
import { dimensions } from "../src/bench/scaling-plan.ts";
import type { SweepBenchRow } from "../src/bench/sweep-bench.ts";
import type { TrainBenchRow } from "../src/bench/train-bench.ts";
import type { Ceilings } from "../src/core/profile.ts";
import type { AdapterFacts } from "../src/core/study.ts";

type Row = BenchRow | TrainBenchRow | SweepBenchRow | ScalingRow;

/** What `bench --json` prints, with the command that printed it. */
export interface MeasuredCall {
  readonly command: string;
  readonly adapter: AdapterFacts;
  readonly ceilings: Ceilings;
  readonly rows: readonly Row[];
}

/** A file of bench/results: all calls on one adapter. */
export interface MeasuredResults {
  /** Name of the adapter in the tables: the file's name. */
  readonly name: string;
  /** Day of the measurement, ISO 8601. */
  readonly date: string;
  /** Of the sources that were measured. */
  readonly commit: string;
  /** Processor and its cores, as the operating system names them. */
  readonly machine: string;
  readonly calls: readonly MeasuredCall[];
}

export const sections = ["kernels", "training", "sweeps", "scaling"] as const;
export type Section = (typeof sections)[number];

/** Cells to Markdown, figures to the right. */
export function markdown([header, ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = `|${header!.map((_, column) => (column === 0 ? "---" : "--:")).join("|")}|`;
  return [line(header!), rule, ...rows.map(line)];
}

const isScaling = (row: Row): row is ScalingRow => row.label === "scaling";
const isSweep = (row: Row): row is SweepBenchRow => row.label === "sweep";
const isTraining = (row: Row): row is TrainBenchRow => row.label === "train";
const isKernel = (row: Row): row is BenchRow => !isScaling(row) && !isSweep(row) && !isTraining(row);

function kernelTable(rows: readonly Row[]): string[] {
  const kernels = rows.filter(isKernel);
  const [header, ...cells] = rowCells(kernels);
  const sized = cells.map(([label, ...rest], index) => [label!, kernels[index]!.size, ...rest]);
  return markdown([["kernel", "size", ...header!.slice(1)], ...sized]);
}

function trainingTable(rows: readonly Row[]): string[] {
  const header = ["networks", "samples/s", "GFLOP/s", "of its products", "of the ceilings", "runs"];
  const cells = rows.filter(isTraining).map(({ widths, activation, repeats, batchSize, ...row }) => {
    const shares = [percent(row.shareOfProducts), percent(row.shareOfCeiling)];
    const networks = `${repeats} of ${widths.join("-")} ${activation}, batch ${batchSize}`;
    return [networks, row.samplesPerSecond.toFixed(0), figure(row.gflops), ...shares, String(row.runs)];
  });
  return markdown([header, ...cells]);
}

function sweepTable(rows: readonly Row[]): string[] {
  return markdown(sweepCells(rows.filter(isSweep)));
}

function scalingTables(rows: readonly Row[]): string[] {
  const scaling = rows.filter(isScaling);
  const present = dimensions.filter((dimension) => scaling.some((row) => row.dimension === dimension));
  return present.flatMap((dimension, index) => {
    const { value } = scaling.findLast((row) => row.dimension === dimension)!;
    const sizes = scaling.filter((row) => row.dimension === dimension && row.value === value);
    const caption = `Last row: ${sizes.map(({ stage, size }) => `${stage}: ${size}`).join("; ")}.`;
    return [...(index === 0 ? [] : [""]), ...markdown(scalingCells(scaling, dimension)), "", caption];
  });
}

const kinds = {
  kernels: { holds: isKernel, table: kernelTable },
  training: { holds: isTraining, table: trainingTable },
  sweeps: { holds: isSweep, table: sweepTable },
  scaling: { holds: isScaling, table: scalingTables },
} as const;

function callText(results: MeasuredResults, call: MeasuredCall, section: Section): string[] {
  const { name, date, commit, machine } = results;
  const { gflops, gbps } = call.ceilings;
  const origin = `**${name}**: ${call.adapter.description}, ${machine}; ${date}, commit ${commit}`;
  const ceilings = `ceilings ${figure(gflops)} GFLOP/s, ${figure(gbps)} GB/s`;
  return [`${origin}; \`${call.command}\`; ${ceilings}.`, "", ...kinds[section].table(call.rows), ""];
}

/** The text of one section: a table for every call that has rows of its kind. */
function sectionText(all: readonly MeasuredResults[], section: Section): string[] {
  const parts = all.flatMap((results) => {
    const calls = results.calls.filter(({ rows }) => rows.some(kinds[section].holds));
    return calls.flatMap((call) => callText(results, call, section));
  });
  return parts.length === 0 ? ["Not measured yet.", ""] : parts;
}

const beginning = (section: Section) => `<!-- ${section}: written by scripts/write-performance.ts -->`;
const END = "<!-- end -->";

/**
 * The document with the text between its markers replaced.
 * @throws Error where a section has no markers.
 */
export function withTables(document: string, all: readonly MeasuredResults[]): string {
  return sections.reduce((text, section) => {
    const start = text.indexOf(beginning(section));
    const end = text.indexOf(END, start);
    if (start === -1 || end === -1) throw new Error(`docs/performance.md lacks ${beginning(section)} ... ${END}`);
    const lines = [beginning(section), "", ...sectionText(all, section)];
    return text.slice(0, start) + lines.join("\n") + text.slice(end);
  }, document);
}
