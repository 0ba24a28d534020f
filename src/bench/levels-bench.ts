/** Ranges of outputs, and counting them by level and class: integers and order alone, so the check asks for equality. */
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import { equalWidthEdges } from "../core/quantization.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray, read, upload } from "../gpu/device-array.ts";
import { levels as shader } from "../gpu/generated/shaders.ts";
import { createCountLevels, createFindExtremes, decodeExtremes, levelsGrid } from "../gpu/kernels/levels.ts";
import { lanesOf } from "../gpu/packing.ts";
import { submit } from "../gpu/recorder.ts";
import { uploadUniforms } from "../gpu/uniforms.ts";
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

function madeUpOutputs(gpu: GpuContext, { units, repeats, samples }: LevelsBenchOptions): Outputs {
  const lanes = lanesOf(units);
  const values = madeUpNumbers(repeats * samples * lanes, 0);
  const first = (repeats - 1) * samples * lanes;
  return {
    activations: upload(gpu, "activations", "f32", [repeats, samples, lanes], values),
    labels: Uint32Array.from({ length: samples }, (_, sample) => sample % CLASSES),
    last: Float32Array.from({ length: samples * units }, (_, index) => {
      return values[first + Math.floor(index / units) * lanes + (index % units)]!;
    }),
  };
}

function uploadChunk(gpu: GpuContext, { units, samples }: LevelsBenchOptions, levels: number) {
  const size = { slab_rows: samples, unit_lanes: lanesOf(units), units, levels, classes: CLASSES };
  return uploadUniforms(gpu, shader, "Chunk", [{ first: 0, count: samples, ...size }]);
}

/** [repeats, units, 2]: least and largest output, beside the row. */
async function benchExtremes(
  gpu: GpuContext,
  clock: Clock,
  options: LevelsBenchOptions,
  ceilings: Ceilings,
  { activations, last }: Outputs,
): Promise<{ readonly row: BenchRow; readonly range: Float32Array }> {
  const { units, repeats, samples, runs } = options;
  const extremes = allocate(gpu, "extremes", "u32", [repeats, units, 2]);
  const chunk = uploadChunk(gpu, options, 2);
  try {
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
  } finally {
    for (const owned of [extremes, chunk]) owned.destroy();
  }
}

async function benchCounts(
  gpu: GpuContext,
  clock: Clock,
  options: LevelsBenchOptions,
  ceilings: Ceilings,
  { activations, labels: classOf, last }: Outputs,
  range: Float32Array,
  levels: number,
): Promise<BenchRow> {
  const { units, repeats, samples, runs } = options;
  const given = Array.from({ length: repeats * units }, (_, neuron) => [
    ...equalWidthEdges(range[2 * neuron]!, range[2 * neuron + 1]!, levels),
  ]);
  const edges = upload(gpu, "edges", "f32", [repeats, units, levels - 1], Float32Array.from(given.flat()));
  const labels = upload(gpu, "labels", "u32", [samples], classOf);
  const counts = allocate(gpu, "counts", "u32", [repeats, units, levels, CLASSES]);
  const chunk = uploadChunk(gpu, options, levels);
  try {
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
  } finally {
    for (const owned of [edges, labels, counts, chunk]) owned.destroy();
  }
}

/** @throws RunError where a range or a count is wrong, or with what the device reported. */
export async function benchLevels(
  gpu: GpuContext,
  clock: Clock,
  options: LevelsBenchOptions,
  ceilings: Ceilings,
): Promise<BenchRow[]> {
  const outputs = madeUpOutputs(gpu, options);
  try {
    const { row, range } = await benchExtremes(gpu, clock, options, ceilings, outputs);
    const rows = [row];
    for (const levels of LEVELS) {
      rows.push(await benchCounts(gpu, clock, options, ceilings, outputs, range, levels));
    }
    return rows;
  } finally {
    outputs.activations.destroy();
  }
}
