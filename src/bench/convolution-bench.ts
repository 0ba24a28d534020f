/** Convolutions of several networks for one batch: checked against the reference, then timed, beside the best large product. */
import { type ConvolutionLayer, convolutionShape, convolutionTarget } from "../core/layers/convolution.ts";
import { areaOf, type MapShape, positionsRead, squareWindow, type Window } from "../core/layers/maps.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../gpu/device/device-array.ts";
import { structs, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { type Recorder, submit } from "../gpu/device/recorder.ts";
import { packStructs, writeUniforms } from "../gpu/device/uniforms.ts";
import { convolution } from "../gpu/generated/shaders.ts";
import {
  convolutionParameters,
  convolutionUniform,
  convolveGrid,
  createConvolve,
  mapLayout,
  mapQuads,
  packConvolutions,
} from "../gpu/kernels/convolution.ts";
import { convolve } from "../reference/convolution.ts";
import { sumBound } from "../reference/rounding.ts";
import { requireAgreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { madeUpNumbers } from "./product.ts";
import { timedDispatches } from "./timing.ts";

interface ConvolutionBenchOptions {
  /** Networks side by side. */
  readonly repeats: number;
  readonly batchSize: number;
  readonly runs: number;
}

interface Case {
  readonly source: MapShape;
  readonly window: Window;
  readonly units: number;
}

const map = (channels: number, side: number): MapShape => ({ channels, height: side, width: side });

/** The layers of LeNet-5 (LeCun et al. 1998, with zeros around the digit), its first dense layer as a kernel of the whole map, and one of a VGG. */
const cases: readonly Case[] = [
  { source: map(1, 28), window: squareWindow(5, 1, 2), units: 6 },
  { source: map(6, 14), window: squareWindow(5, 1, 0), units: 16 },
  { source: map(16, 5), window: squareWindow(5, 1, 0), units: 120 },
  { source: map(32, 32), window: squareWindow(3, 1, 1), units: 64 },
];

/** `5 x 32 samples, 6x14x14 to 16x10x10`. */
function caseText({ source, window, units }: Case, { repeats, batchSize }: ConvolutionBenchOptions): string {
  const text = ({ channels, height, width }: MapShape) => `${channels}x${height}x${width}`;
  return `${repeats} x ${batchSize} samples, ${text(source)} to ${text(convolutionTarget({ source, window }, units))}`;
}

/** Rows of lanes of one sample to positions and channels. */
function plainMap(packed: Float32Array, shape: MapShape): Float64Array {
  const lanes = 4 * mapQuads(shape);
  return Float64Array.from(
    { length: areaOf(shape) * shape.channels },
    (_, at) => packed[Math.floor(at / shape.channels) * lanes + (at % shape.channels)]!,
  );
}

/** Compares the last sample of the last network with float64. */
async function check(
  gpu: GpuContext,
  layer: ConvolutionLayer,
  maps: Float32Array,
  outputs: DeviceArray<"f32", 3>,
): Promise<void> {
  const { source, window } = layer;
  const target = convolutionTarget(layer, layer.outputs);
  const lastOf = (values: Float32Array, shape: MapShape) => values.subarray(-areaOf(shape) * 4 * mapQuads(shape));
  const inputs = plainMap(lastOf(maps, source), source);
  const want = convolve(inputs, layer, "identity");
  const absolute = { ...layer, weights: layer.weights.map(Math.abs), biases: layer.biases.map(Math.abs) };
  const terms = source.channels * window.kernel.y * window.kernel.x + 1;
  const bound = convolve(inputs.map(Math.abs), absolute, "identity").map((sum) => sumBound(terms, sum));
  const got = plainMap(lastOf(await read(gpu, outputs), target), target);
  requireAgreement(gpu, { kernel: "convolution.convolve", got, want, bound });
}

/** Zeros behind the last channel, as kernels need them. */
function madeUpMaps(source: MapShape, samples: number): Float32Array {
  const lanes = 4 * mapQuads(source);
  return madeUpNumbers(samples * areaOf(source) * lanes, 0).map((v, at) => (at % lanes < source.channels ? v : 0));
}

function madeUpLayers({ source, window, units }: Case, repeats: number): ConvolutionLayer[] {
  const weights = units * source.channels * window.kernel.y * window.kernel.x;
  return Array.from({ length: repeats }, (_, network) => ({
    source,
    window,
    outputs: units,
    weights: madeUpNumbers(weights, 1 + network),
    biases: madeUpNumbers(units, 1 + repeats + network),
  }));
}

async function benchCase(
  gpu: GpuContext,
  clock: Clock,
  one: Case,
  options: ConvolutionBenchOptions,
  ceilings: Ceilings,
): Promise<BenchRow> {
  const { source, window, units } = one;
  const { repeats, batchSize, runs } = options;
  const shape = convolutionShape(source, window, units);
  const target = convolutionTarget(shape, units);
  const layers = madeUpLayers(one, repeats);
  using own = new Owned(gpu);
  const arrays = own.allocate(
    {
      layer: uniforms(convolution, "Layer"),
      batch: uniforms(convolution, "Batch"),
      jobs: structs(convolution, "Job", repeats),
      inputs: mapLayout(source, repeats, batchSize),
      parameters: convolutionParameters(shape, repeats),
      outputs: mapLayout(target, repeats, batchSize),
    },
    "convolution",
  );
  const maps = madeUpMaps(source, repeats * batchSize);
  write(gpu, arrays.inputs, maps);
  write(gpu, arrays.parameters, packConvolutions(layers));
  const jobs = layers.map((_, network) => ({ network }));
  gpu.device.queue.writeBuffer(arrays.jobs.buffer, 0, packStructs(convolution.structs.Job, jobs) as BufferSource);
  writeUniforms(gpu, convolution, arrays.layer, [convolutionUniform(shape, { slabRows: batchSize, ownSource: true })]);
  writeUniforms(gpu, convolution, arrays.batch, [{ count: batchSize, first_job: 0 }]);
  const kernel = (await createConvolve(gpu, "identity")).bind(arrays);
  const encode = (to: Recorder) => kernel.encode(to, convolveGrid(gpu, target, batchSize, repeats));
  submit(gpu, "check convolution", encode);
  await check(gpu, layers.at(-1)!, maps, arrays.outputs);
  const timing = await timedDispatches(gpu, clock, runs, "bench convolution", encode);
  const operations = 2 * repeats * batchSize * positionsRead(source, window) * source.channels * units;
  return benchRow("convolution.convolve", caseText(one, options), timing, { operations }, ceilings);
}

/**
 * Operations are those that the result needs: taps outside of the map and padded lanes are none.
 * @throws RunError where a value is wrong, or with what the device reported.
 */
export async function benchConvolution(
  gpu: GpuContext,
  clock: Clock,
  options: ConvolutionBenchOptions,
  ceilings: Ceilings,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const one of cases) rows.push(await benchCase(gpu, clock, one, options, ceilings));
  return rows;
}
