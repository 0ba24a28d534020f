/**
 * The products that a device is calibrated on: those of a training step of 784-100-100, batch 32. Their inputs are small
 * integers (bytes 0 and 255, which stand for 0 and 1), so that every order of a sum gives the same bits and a form that
 * computes wrongly differs from the host's whole numbers. All networks are the same one.
 */
import { RandomSequence, streams } from "../core/random.ts";
import type { Product } from "../core/tiles.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, write } from "../gpu/device/device-array.ts";
import type { BoundKernel, Grid } from "../gpu/device/kernel.ts";
import { f32, structs, u32, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf, packPixels, quadsOf } from "../gpu/device/packing.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward } from "../gpu/generated/shaders.ts";
import {
  type BackwardBatch,
  createHiddenDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  updateParametersGrid,
} from "../gpu/kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import { identityJobs, plainLayer, writeJobs } from "../passes/forward-pass.ts";

const FEATURES = 784;
const UNITS = 100;
const BATCH = 32;
/** Enough to fill a large GPU, and to share the tiles of a product out evenly over a processor's cores. */
const NETWORKS = { software: 4, hardware: 50 };

const [F, U] = [lanesOf(FEATURES), lanesOf(UNITS)];

/** One product, in whatever form the context asks for. */
export interface Trial {
  readonly product: Product;
  readonly grid: Grid;
  /** Compiles and binds the form that `gpu` asks for. */
  bind(gpu: GpuContext): Promise<BoundKernel>;
  /** What the kernel writes, [networks, ...]: each network has `expected`. */
  readonly output: DeviceArray<"f32", 3>;
  readonly expected: Float32Array;
}

/** What trials are made with. */
interface Workbench {
  readonly gpu: GpuContext;
  readonly own: Owned;
  readonly networks: number;
  readonly random: RandomSequence;
}

/** `values` for each network. */
function writeEach({ gpu, networks }: Workbench, { buffer }: DeviceArray<"f32", 3>, values: Float32Array): void {
  for (let network = 0; network < networks; network++) {
    gpu.device.queue.writeBuffer(buffer, network * values.byteLength, values as BufferSource);
  }
}

/** [rows, lanes]: integers from `least` to `most`, then a lane of `last`, then zeros. */
function integerRows(random: RandomSequence, rows: number, width: number, least: number, most: number, last: number) {
  const lanes = lanesOf(width);
  const values = new Float32Array(rows * lanes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) values[row * lanes + i] = least + random.nextBelow(most - least + 1);
    values[row * lanes + width] = last;
  }
  return values;
}

/** An operand of a product: its value for one row (or column) and one term of the sum. */
type Operand = (of: number, term: number) => number;

/** [rows, columns]: sum over `terms`, in whole numbers that float32 holds. */
function product(rows: number, columns: number, terms: number, left: Operand, right: Operand): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let term = 0; term < terms; term++) sum += left(row, term) * right(column, term);
      values[row * columns + column] = sum;
    }
  }
  return values;
}

/** What the forward shader writes for rows of `lanes` inputs: the products, a lane of 1, zeros. */
function layerOutputs(rows: Float32Array, parameters: Float32Array, lanes: number): Float32Array {
  const weight: Operand = (o, i) => (o < UNITS ? parameters[o * lanes + i]! : 0);
  const values = product(BATCH, U, lanes, (s, i) => rows[s * lanes + i]!, weight);
  for (let at = UNITS; at < values.length; at += U) values[at] = 1;
  return values;
}

/** Pixels that stand for 0 and 1, in the order that they lie in. */
function uploadBytes({ gpu, own, networks, random }: Workbench) {
  const bytes = Uint8Array.from({ length: BATCH * FEATURES }, () => 255 * random.nextBelow(2));
  const packed = packPixels(bytes, BATCH, FEATURES);
  const { pixels, order } = own.allocate({ pixels: u32(BATCH, quadsOf(FEATURES)), order: u32(networks, BATCH) });
  write(gpu, pixels, packed);
  write(
    gpu,
    order,
    Uint32Array.from({ length: networks * BATCH }, (_, index) => index % BATCH),
  );
  return { pixels, order, values: Float32Array.from(new Uint8Array(packed.buffer), (byte) => byte / 255) };
}

/** What both layers' forward trials bind, with parameters of a layer of `inputs`. */
function forwardResources(bench: Workbench, inputs: number) {
  const { gpu, own, networks, random } = bench;
  const host = integerRows(random, UNITS, inputs, -3, 3, 1);
  const bound = own.allocate({
    layer: uniforms(forward, "Layer"),
    batch: uniforms(forward, "Batch"),
    jobs: structs(forward, "Job", networks),
    parameters: f32(networks, UNITS, lanesOf(inputs)),
    outputs: f32(networks, BATCH, U),
  });
  writeUniforms(gpu, forward, bound.layer, [plainLayer(inputs, UNITS, BATCH, BATCH)]);
  writeUniforms(gpu, forward, bound.batch, [{ first: 0, count: BATCH, first_job: 0 }]);
  writeJobs(gpu, bound.jobs, identityJobs(networks));
  writeEach(bench, bound.parameters, host);
  const grid = forwardGrid(quadsOf(UNITS), BATCH, networks);
  return { bound, host, trial: { product: "forward_layer", grid, output: bound.outputs } as const };
}

function firstLayerTrial(bench: Workbench): Trial {
  const { bound, host, trial } = forwardResources(bench, FEATURES);
  const { pixels, order, values } = uploadBytes(bench);
  return {
    ...trial,
    expected: layerOutputs(values, host, F),
    async bind(gpu) {
      return (await createForwardLayer(gpu, "BYTES+GATHERED", "identity")).bind({ ...bound, pixels, order });
    },
  };
}

function hiddenLayerTrial(bench: Workbench): Trial {
  const { bound, host, trial } = forwardResources(bench, UNITS);
  const rows = integerRows(bench.random, BATCH, UNITS, -3, 3, 1);
  const { inputs } = bench.own.allocate({ inputs: f32(bench.networks, BATCH, U) });
  writeEach(bench, inputs, rows);
  return {
    ...trial,
    expected: layerOutputs(rows, host, U),
    async bind(gpu) {
      return (await createForwardLayer(gpu, "", "identity")).bind({ ...bound, inputs });
    },
  };
}

/** Adam that makes the first moment the gradient and leaves the parameters alone. */
const gradientAlone: BackwardBatch = {
  first: 0,
  count: BATCH,
  learning_rate: 0,
  variance_correction: 1,
  beta1: 0,
  beta2: 0,
  one_minus_beta1: 1,
  one_minus_beta2: 1,
  epsilon: 1,
  l2: 0,
};

function backwardUniforms({ gpu, own }: Workbench) {
  const sizes = {
    input_quads: quadsOf(FEATURES),
    inputs: FEATURES,
    outputs: UNITS,
    output_quads: quadsOf(UNITS),
    next_outputs: UNITS,
    next_quads: quadsOf(UNITS),
    slab_rows: BATCH,
    order_rows: BATCH,
  };
  const bound = own.allocate({ layer: uniforms(backward, "Layer"), batch: uniforms(backward, "Batch") });
  writeUniforms(gpu, backward, bound.layer, [sizes]);
  writeUniforms(gpu, backward, bound.batch, [gradientAlone]);
  return bound;
}

function hiddenDeltaTrial(bench: Workbench): Trial {
  const { own, networks, random } = bench;
  const above = integerRows(random, BATCH, UNITS, -3, 3, 0);
  const parameters = integerRows(random, UNITS, UNITS, -3, 3, 1);
  const rows = f32(networks, BATCH, U);
  const arrays = own.allocate({
    delta: rows,
    next_delta: rows,
    next_parameters: f32(networks, UNITS, U),
    activations: rows,
  });
  writeEach(bench, arrays.next_delta, above);
  writeEach(bench, arrays.next_parameters, parameters);
  // All above 0, where relu passes everything back.
  writeEach(bench, arrays.activations, integerRows(random, BATCH, UNITS, 1, 3, 1));
  const bound = { ...backwardUniforms(bench), ...arrays };
  const weight: Operand = (i, o) => (i < UNITS ? parameters[o * U + i]! : 0);
  return {
    product: "hidden_delta",
    grid: hiddenDeltaGrid(quadsOf(UNITS), BATCH, networks),
    output: arrays.delta,
    expected: product(BATCH, U, UNITS, (s, o) => above[s * U + o]!, weight),
    async bind(gpu) {
      return (await createHiddenDelta(gpu, "relu")).bind(bound);
    },
  };
}

function updateTrial(bench: Workbench): Trial {
  const { own, networks, random } = bench;
  const delta = integerRows(random, BATCH, UNITS, -3, 3, 0);
  const { pixels, order, values } = uploadBytes(bench);
  const matrix = f32(networks, UNITS, F);
  const arrays = own.allocate({
    delta: f32(networks, BATCH, U),
    parameters: matrix,
    first_moments: matrix,
    second_moments: matrix,
  });
  writeEach(bench, arrays.delta, delta);
  const bound = { ...backwardUniforms(bench), order, pixels, ...arrays };
  return {
    product: "update_parameters",
    grid: updateParametersGrid(quadsOf(FEATURES), UNITS, networks),
    output: arrays.first_moments,
    expected: product(
      UNITS,
      F,
      BATCH,
      (o, s) => delta[s * U + o]!,
      (i, s) => values[s * F + i]!,
    ),
    async bind(gpu) {
      return (await createUpdateParameters(gpu, "BYTES")).bind(bound);
    },
  };
}

export interface Trials extends Disposable {
  readonly trials: readonly Trial[];
}

/** Uploads what the trials compute with. */
export function prepareTrials(gpu: GpuContext): Trials {
  using own = new Owned(gpu);
  const networks = NETWORKS[gpu.facts.software ? "software" : "hardware"];
  const bench = { gpu, own, networks, random: new RandomSequence(0, 0, streams.initialisation) };
  const trials = [firstLayerTrial, hiddenLayerTrial, hiddenDeltaTrial, updateTrial].map((make) => make(bench));
  const kept = own.move();
  return { trials, [Symbol.dispose]: () => kept[Symbol.dispose]() };
}
