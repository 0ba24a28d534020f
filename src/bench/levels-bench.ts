/** Ranges of outputs, and counting them by level and class: integers and order alone, so the check asks for equality. */
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import { equalWidthEdges } from "../core/quantization.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../gpu/device/device-array.ts";
import { f32, u32, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { submit } from "../gpu/device/recorder.ts";
import { type UniformArray, writeUniforms } from "../gpu/device/uniforms.ts";
import { levels as shader } from "../gpu/generated/shaders.ts";
import { createCountLevels, createFindExtremes, decodeExtremes, levelsGrid } from "../gpu/kernels/levels.ts";
import { countLevels, findExtremes } from "../reference/levels.ts";
import { requireAgreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import type { HistogramBenchOptions } from "./histogram-bench.ts";
import { CLASSES } from "./material.ts";
import { madeUpNumbers } from "./product.ts";
import { timedDispatches } from "./timing.ts";

type LevelsBenchOptions = Omit<HistogramBenchOptions, "activation">;

const BYTES = 4;
/** Of --bits 4 and of --bits 8: the search of a level takes 4 and 8 steps. */
const LEVELS = [16, 256];

/** Outputs of a layer on the device, and those of the last network on the host: [samples, units]. */
interface Outputs {
  readonly activations: DeviceArray<"f32", 3>;
  readonly labels: Uint32Array;
  readonly last: Float32Array;
}

function madeUpOutputs(gpu: GpuContext, own: Owned, { units, repeats, samples }: LevelsBenchOptions): Outputs {
  const lanes = lanesOf(units);
  const values = madeUpNumbers(repeats * samples * lanes, 0);
  const first = (repeats - 1) * samples * lanes;
  const { activations } = own.allocate({ activations: f32(repeats, samples, lanes) });
  write(gpu, activations, values);
  return {
    activations,
    labels: Uint32Array.from({ length: samples }, (_, sample) => sample % CLASSES),
    last: Float32Array.from({ length: samples * units }, (_, index) => {
      return values[first + Math.floor(index / units) * lanes + (index % units)]!;
    }),
  };
}

const chunkLayout = uniforms(shader, "Chunk");

function writeChunk(
  gpu: GpuContext,
  chunk: UniformArray<"Chunk">,
  { units, samples }: LevelsBenchOptions,
  levels: number,
): void {
  const size = { slab_rows: samples, unit_lanes: lanesOf(units), units, levels, classes: CLASSES };
  writeUniforms(gpu, shader, chunk, [{ first: 0, count: samples, ...size }]);
}

interface Bench {
  readonly gpu: GpuContext;
  readonly clock: Clock;
  readonly options: LevelsBenchOptions;
  readonly ceilings: Ceilings;
}

/** [repeats, units, 2]: least and largest output, beside the row. */
async function benchExtremes(
  { gpu, clock, options, ceilings }: Bench,
  { activations, last }: Outputs,
): Promise<{ readonly row: BenchRow; readonly range: Float32Array }> {
  const { units, repeats, samples, runs } = options;
  using own = new Owned(gpu);
  const { extremes, chunk } = own.allocate({ extremes: u32(repeats, units, 2), chunk: chunkLayout });
  writeChunk(gpu, chunk, options, 2);
  const kernel = (await createFindExtremes(gpu)).bind({ chunk, activations, extremes });
  const grid = levelsGrid(units, samples, repeats);
  submit(gpu, "check extremes", (to) => kernel.encode(to, grid));
  const range = decodeExtremes(await read(gpu, extremes));
  const want = findExtremes(last, units);
  const got = range.slice(-want.length);
  requireAgreement(gpu, { kernel: "levels.find_extremes", got, want, bound: 0 });
  const timing = await timedDispatches(gpu, clock, runs, "bench find_extremes", (to) => kernel.encode(to, grid));
  const bytes = BYTES * repeats * units * (samples + 2);
  const size = `${repeats} x ${samples} samples, ${units} neurons`;
  return { row: benchRow("levels.find_extremes", size, timing, { bytes }, ceilings), range };
}

async function benchCounts(
  { gpu, clock, options, ceilings }: Bench,
  { activations, labels: classOf, last }: Outputs,
  range: Float32Array,
  levels: number,
): Promise<BenchRow> {
  const { units, repeats, samples, runs } = options;
  const given = Array.from({ length: repeats * units }, (_, neuron) => [
    ...equalWidthEdges(range[2 * neuron]!, range[2 * neuron + 1]!, levels),
  ]);
  using own = new Owned(gpu);
  const { edges, labels, counts, chunk } = own.allocate({
    edges: f32(repeats, units, levels - 1),
    labels: u32(samples),
    counts: u32(repeats, units, levels, CLASSES),
    chunk: chunkLayout,
  });
  write(gpu, edges, Float32Array.from(given.flat()));
  write(gpu, labels, classOf);
  writeChunk(gpu, chunk, options, levels);
  const kernel = (await createCountLevels(gpu)).bind({ chunk, activations, labels, edges, counts });
  const grid = levelsGrid(units, samples, repeats);
  submit(gpu, "check levels", (to) => kernel.encode(to, grid));
  const want = countLevels(last, classOf, given.slice(-units).flat(), levels, CLASSES);
  const got = (await read(gpu, counts)).slice(-want.length);
  requireAgreement(gpu, { kernel: "levels.count_levels", got, want, bound: 0 });
  const timing = await timedDispatches(gpu, clock, runs, "bench count_levels", (to) => kernel.encode(to, grid));
  const bytes = BYTES * (repeats * units * (samples + levels - 1 + levels * CLASSES) + samples);
  const size = `${repeats} x ${samples} samples, ${units} neurons, ${levels} levels`;
  return benchRow("levels.count_levels", size, timing, { bytes }, ceilings);
}

/** @throws RunError where a range or a count is wrong, or with what the device reported. */
export async function benchLevels(
  gpu: GpuContext,
  clock: Clock,
  options: LevelsBenchOptions,
  ceilings: Ceilings,
): Promise<BenchRow[]> {
  const bench = { gpu, clock, options, ceilings };
  using own = new Owned(gpu);
  const outputs = madeUpOutputs(gpu, own, options);
  const { row, range } = await benchExtremes(bench, outputs);
  const rows = [row];
  for (const levels of LEVELS) rows.push(await benchCounts(bench, outputs, range, levels));
  return rows;
}
