/** A profile as a table: for each stage its kernels, largest first, what no pass explains, and the host's work. */
import { greatest } from "../../core/long-arrays.ts";
import type { KernelProfile, Profile, ProfileTiming, StageProfile } from "../../core/profile.ts";
import { alignedTable } from "./aligned-table.ts";

const COLUMNS = 80;
const HEADER = ["kernel", "count", "ms", "share", "GFLOP/s", "GB/s", "of roof"] as const;
const BLANK = "-";
/** Host work below this part of its stage is left to profile.json. */
const LEAST_SHARE = 0.01;

function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 3);
}

/** Three digits that count. */
function rate(value: number | null): string {
  if (value === null) return BLANK;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 0.01 ? 3 : 1);
}

function percent(part: number | null): string {
  return part === null || !Number.isFinite(part) ? BLANK : `${(100 * part).toFixed(1)}%`;
}

type Row = readonly string[];

function kernelRow({ label, dispatches, gpuMs, gflops, gbps, rooflineShare }: KernelProfile, wallMs: number): Row {
  const time = gpuMs === null ? [BLANK, BLANK] : [milliseconds(gpuMs), percent(gpuMs / wallMs)];
  return [label, String(dispatches), ...time, rate(gflops), rate(gbps), percent(rooflineShare)];
}

function timeRow(name: string, count: number | undefined, ms: number, wallMs: number): Row {
  return [name, count === undefined ? "" : String(count), milliseconds(ms), percent(ms / wallMs), "", "", ""];
}

/** Kernels, first uses, submits that could not be divided, what no pass explains, and the host (beside the GPU or not). */
function stageRows({ kernels, wallMs, gapMs, undividedMs, works, spans }: StageProfile): Row[] {
  const first = kernels.reduce(
    (sum, { firstUse }) => ({ count: sum.count + firstUse.dispatches, ms: sum.ms + firstUse.gpuMs }),
    { count: 0, ms: 0 },
  );
  return [
    ...kernels.filter(({ dispatches }) => dispatches > 0).map((kernel) => kernelRow(kernel, wallMs)),
    ...(first.count > 0 ? [timeRow("first uses of kernels", first.count, first.ms, wallMs)] : []),
    ...(undividedMs > 0 ? works.map(({ label, submits, gpuMs }) => timeRow(`(${label})`, submits, gpuMs, wallMs)) : []),
    timeRow("gap: host, copies, waiting", undefined, gapMs, wallMs),
    ...spans
      .filter(({ hostMs }) => hostMs >= LEAST_SHARE * wallMs)
      .map(({ name, count, hostMs }) => timeRow(`host: ${name}`, count, hostMs, wallMs)),
  ];
}

function stageLines(stage: StageProfile, widths: readonly number[]): string[] {
  const { stage: name, wallMs, gpuMs, kernels } = stage;
  if (kernels.length === 0) return [`${name}: ${milliseconds(wallMs)} ms, nothing on the GPU`];
  const wall = `${milliseconds(wallMs)} ms wall, ${milliseconds(gpuMs)} ms in passes (${percent(gpuMs / wallMs)})`;
  return [`${name}: ${wall}`, ...padded(stageRows(stage), widths), ""];
}

/** Rows of all stages share their widths, so that columns stand below each other throughout. */
function padded(rows: readonly Row[], widths: readonly number[]): string[] {
  return alignedTable({ rows: [widths.map((width) => " ".repeat(width)), ...rows], keyColumns: 1 }, COLUMNS).filter(
    (line) => line !== "",
  );
}

function timingLines({ source, resolutionNs, quantised, passCostMs, submits, passes }: ProfileTiming): string[] {
  if (source === "wall-time") {
    return [
      "timing:  no timestamps on this adapter: wall time of each submit",
      `passes:  ${passes} in ${submits} submits`,
    ];
  }
  const coarse = quantised ? ", too coarse for single passes (quantised)" : "";
  const cost = `timing one more costs ${(1000 * passCostMs!).toFixed(1)} us`;
  return [
    `timing:  timestamps in steps of ${resolutionNs} ns${coarse}`,
    `passes:  ${passes} in ${submits} submits; ${cost}`,
  ];
}

function faults({ invalidPasses, unreadSubmits }: ProfileTiming): string[] {
  return [
    ...(invalidPasses > 0 ? [`${invalidPasses} passes had no usable timestamps and count as 0 ms`] : []),
    ...(unreadSubmits > 0 ? [`${unreadSubmits} submits could not be read back and are missing`] : []),
  ];
}

/** Lines of at most 80 columns, as long as the names of kernels leave room for that. */
export function profileTable(profile: Profile): string {
  const { stages, ceilings, timing, peakGpuBytes } = profile;
  const all = [HEADER, ...stages.flatMap(stageRows)];
  const widths = HEADER.map((_, column) => greatest(all.map((row) => row[column]!.length)));
  const roof =
    ceilings === null
      ? "not measured"
      : `${rate(ceilings.gflops)} GFLOP/s in products, ${rate(ceilings.gbps)} GB/s streaming`;
  const lines = [
    ...timingLines(timing),
    `ceiling: ${roof}`,
    `memory:  ${(peakGpuBytes / 2 ** 20).toFixed(1)} MiB in buffers at most`,
    ...faults(timing).map((text) => `note:    ${text}`),
    "",
    ...padded([HEADER], widths),
    ...stages.flatMap((stage) => stageLines(stage, widths)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
