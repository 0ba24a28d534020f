/**
 * A batch of matrix products on the device, by the kernel that the study uses (forward.forward_layer without an
 * activation function), in whatever variant it takes on this adapter: checked against the reference, then timed.
 */
import { denseShape } from "../core/layers/dense.ts";
import type { LayerShape } from "../core/layers/layer-kind.ts";
import type { Clock } from "../core/platform.ts";
import { RandomSequence, streams } from "../core/random.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../gpu/device/device-array.ts";
import { f32, structs, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { type Recorder, submit } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { denseOnDevice } from "../gpu/layers/dense.ts";
import { outputsLayout } from "../gpu/layers/layer-kind.ts";
import { identityJobs, writeJobs } from "../passes/forward-pass.ts";
import { sumBound } from "../reference/rounding.ts";
import { requireAgreement } from "./agreement.ts";
import type { Cost } from "./bench-row.ts";
import { type Timing, timedDispatches } from "./timing.ts";

/** [samples, inputs] by [inputs, units], once for each network. */
export interface ProductShape extends Pick<LayerShape, "inputs" | "units"> {
  readonly networks: number;
  readonly samples: number;
}

/** For example `50 x 32x784x100`. */
export function productText({ networks, samples, inputs, units }: ProductShape): string {
  return `${networks === 1 ? "" : `${networks} x `}${samples}x${inputs}x${units}`;
}

export function productOperations({ networks, samples, inputs, units }: ProductShape): number {
  return 2 * networks * samples * inputs * units;
}

const FLOAT_BYTES = 4;

function productBytes({ networks, samples, inputs, units }: ProductShape): number {
  const values = (samples + units) * lanesOf(inputs) + samples * lanesOf(units);
  return FLOAT_BYTES * networks * values;
}

/** A prime number of draws, repeated: long enough that no row of usual width equals another, cheap at any length. */
const DRAWS = 65_521;

/** Uniform on [-1, 1). */
export function madeUpNumbers(length: number, instance: number): Float32Array {
  const random = new RandomSequence(0, 0, streams.split, instance);
  const draws = Float32Array.from({ length: Math.min(length, DRAWS) }, () => 2 * random.nextUnit() - 1);
  return Float32Array.from({ length }, (_, index) => draws[index % DRAWS]!);
}

/** Rows that are checked: the first, the last and some between; the reference would take minutes for all. */
const CHECKED_ROWS = 6;

export function checkedRows(rows: number): number[] {
  const count = Math.min(rows, CHECKED_ROWS);
  const last = Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => Math.floor((index * (rows - 1)) / last));
}

interface Operands {
  /** [networks, samples, lanes of the inputs]; the lane behind the inputs is one more value here. */
  readonly inputValues: Float32Array;
  /** [networks, units, lanes of the inputs]. */
  readonly parameterValues: Float32Array;
}

function madeUpOperands({ networks, samples, inputs, units }: ProductShape): Operands {
  const lanes = lanesOf(inputs);
  return {
    inputValues: madeUpNumbers(networks * samples * lanes, 0),
    parameterValues: madeUpNumbers(networks * units * lanes, 1),
  };
}

function productLayout({ networks, samples, inputs, units }: ProductShape) {
  const layer = denseShape(inputs, units);
  return {
    inputs: f32(networks, samples, lanesOf(inputs)),
    parameters: denseOnDevice.parameters(layer, networks),
    outputs: outputsLayout(layer, networks, samples),
    layer: denseOnDevice.forwardUniform,
    batch: uniforms(forward, "Batch"),
    jobs: structs(forward, "Job", networks),
  };
}

/** Compares some rows of the first and the last network with float64. */
async function check(
  gpu: GpuContext,
  { networks, samples, inputs, units }: ProductShape,
  { inputValues, parameterValues }: Operands,
  products: DeviceArray<"f32", 3>,
): Promise<void> {
  const computed = await read(gpu, products);
  const lanes = lanesOf(inputs);
  for (const network of new Set([0, networks - 1])) {
    for (const sample of checkedRows(samples)) {
      const row = network * samples + sample;
      const want = new Float64Array(units);
      const bound = new Float64Array(units);
      for (let unit = 0; unit < units; unit++) {
        let magnitude = 0;
        for (let lane = 0; lane < lanes; lane++) {
          const term = inputValues[row * lanes + lane]! * parameterValues[(network * units + unit) * lanes + lane]!;
          want[unit]! += term;
          magnitude += Math.abs(term);
        }
        bound[unit] = sumBound(lanes, magnitude);
      }
      const got = computed.subarray(row * lanesOf(units), row * lanesOf(units) + units);
      requireAgreement(gpu, { kernel: "forward.forward_layer", got, want, bound });
    }
  }
}

export interface TimedProduct {
  readonly shape: ProductShape;
  readonly timing: Timing;
  readonly cost: Cost;
}

/** @throws RunError where the product is wrong, or with what the device reported. */
export async function timeProduct(
  gpu: GpuContext,
  clock: Clock,
  shape: ProductShape,
  runs: number,
): Promise<TimedProduct> {
  const { networks, samples, inputs, units } = shape;
  const operands = madeUpOperands(shape);
  using own = new Owned(gpu);
  const arrays = own.allocate(productLayout(shape), "product");
  write(gpu, arrays.inputs, operands.inputValues);
  write(gpu, arrays.parameters, operands.parameterValues);
  writeUniforms(gpu, forward, arrays.batch, [{ first: 0, count: samples, first_job: 0 }]);
  writeJobs(gpu, arrays.jobs, identityJobs(networks));
  const { inputs: rows, ...bound } = arrays;
  const parts = { ...bound, source: { inputs: rows }, activation: "identity" } as const;
  const work = await denseOnDevice.forward(gpu, denseShape(inputs, units), parts);
  const encode = (to: Recorder) => work.encode(to, samples, networks, 0);
  submit(gpu, "check product", encode);
  await check(gpu, shape, operands, arrays.outputs);
  const timing = await timedDispatches(gpu, clock, runs, "bench product", encode);
  return { shape, timing, cost: { operations: productOperations(shape), bytes: productBytes(shape) } };
}
