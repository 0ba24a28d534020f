/**
 * The products that a device is calibrated on: those of a training step of 784-100-100, batch 32. Their inputs are small
 * integers (bytes 0 and 255, which stand for 0 and 1), so that every order of a sum gives the same bits and a form that
 * computes wrongly differs from the host's whole numbers. All networks are the same one.
 */
import { type DenseShape, denseShape } from "../core/layers/dense.ts";
import { RandomSequence, streams } from "../core/random.ts";
import type { Product } from "../core/tiles.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, write } from "../gpu/device/device-array.ts";
import { f32, structs, u32, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf, packPixels, quadsOf } from "../gpu/device/packing.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward } from "../gpu/generated/shaders.ts";
import type { BackwardBatch } from "../gpu/kernels/backward.ts";
import { denseOnDevice } from "../gpu/layers/dense.ts";
import type { LayerWork } from "../gpu/layers/layer-kind.ts";
import { identityJobs, writeJobs } from "../passes/forward-pass.ts";

const FEATURES = 784;
const UNITS = 100;
const BATCH = 32;
/** Enough to fill a large GPU, and to share the tiles of a product out evenly over a processor's cores. */
const NETWORKS = { software: 4, hardware: 50 };

const [F, U] = [lanesOf(FEATURES), lanesOf(UNITS)];

/** One product, in whatever form the context asks for. */
export interface Trial {
  readonly product: Product;
  /** Compiles and binds the form that `gpu` asks for. @returns what encodes it */
  bind(gpu: GpuContext): Promise<(to: Recorder) => void>;
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

/** A trial's work on all samples of all networks. */
async function encoding({ networks }: Workbench, work: Promise<LayerWork>): Promise<(to: Recorder) => void> {
  const bound = await work;
  return (to) => bound.encode(to, BATCH, networks, 0);
}

/** `values` for each network. */
function writeEach({ gpu, networks }: Workbench, { buffer }: DeviceArray<"f32", 3>, values: Float32Array): void {
  for (let network = 0; network < networks; network++) {
    gpu.device.queue.writeBuffer(buffer, network * values.byteLength, values as BufferSource);
  }
}

type Range = readonly [least: number, most: number];

/** [rows, lanes]: integers of a range, both ends included, then a lane of `last`, then zeros. */
function integerRows(random: RandomSequence, rows: number, width: number, [least, most]: Range, last: number) {
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
  const host = integerRows(random, UNITS, inputs, [-3, 3], 1);
  const bound = own.allocate({
    layer: uniforms(forward, "Layer"),
    batch: uniforms(forward, "Batch"),
    jobs: structs(forward, "Job", networks),
    parameters: f32(networks, UNITS, lanesOf(inputs)),
    outputs: f32(networks, BATCH, U),
  });
  writeUniforms(gpu, forward, bound.batch, [{ first: 0, count: BATCH, first_job: 0 }]);
  writeJobs(gpu, bound.jobs, identityJobs(networks));
  writeEach(bench, bound.parameters, host);
  return { bound, host, trial: { product: "forward_layer", output: bound.outputs } as const };
}

function firstLayerTrial(bench: Workbench): Trial {
  const { bound, host, trial } = forwardResources(bench, FEATURES);
  const { pixels, order, values } = uploadBytes(bench);
  return {
    ...trial,
    expected: layerOutputs(values, host, F),
    bind: (gpu) => {
      const source = { pixels, order };
      const parts = { ...bound, source, activation: "identity" } as const;
      return encoding(bench, denseOnDevice.forward(gpu, denseShape(FEATURES, UNITS), parts));
    },
  };
}

function hiddenLayerTrial(bench: Workbench): Trial {
  const { bound, host, trial } = forwardResources(bench, UNITS);
  const rows = integerRows(bench.random, BATCH, UNITS, [-3, 3], 1);
  const { inputs } = bench.own.allocate({ inputs: f32(bench.networks, BATCH, U) });
  writeEach(bench, inputs, rows);
  return {
    ...trial,
    expected: layerOutputs(rows, host, U),
    bind: (gpu) => {
      const source = { inputs };
      const parts = { ...bound, source, activation: "identity" } as const;
      return encoding(bench, denseOnDevice.forward(gpu, denseShape(UNITS, UNITS), parts));
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

function backwardUniforms({ gpu, own }: Workbench, shape: DenseShape) {
  const bound = own.allocate({ layer: denseOnDevice.backwardUniform, batch: uniforms(backward, "Batch") });
  denseOnDevice.writeBackward(gpu, shape, bound.layer, { rows: BATCH, samples: BATCH });
  writeUniforms(gpu, backward, bound.batch, [gradientAlone]);
  return bound;
}

function hiddenDeltaTrial(bench: Workbench): Trial {
  const { own, networks, random } = bench;
  const above = integerRows(random, BATCH, UNITS, [-3, 3], 0);
  const parameters = integerRows(random, UNITS, UNITS, [-3, 3], 1);
  const rows = f32(networks, BATCH, U);
  const arrays = own.allocate({
    delta: rows,
    inputDelta: rows,
    parameters: f32(networks, UNITS, U),
    activations: rows,
  });
  writeEach(bench, arrays.delta, above);
  writeEach(bench, arrays.parameters, parameters);
  // All above 0, where relu passes everything back.
  writeEach(bench, arrays.activations, integerRows(random, BATCH, UNITS, [1, 3], 1));
  const shape = denseShape(UNITS, UNITS);
  const bound = { ...backwardUniforms(bench, shape), ...arrays };
  const weight: Operand = (i, o) => (i < UNITS ? parameters[o * U + i]! : 0);
  return {
    product: "hidden_delta",
    output: arrays.inputDelta,
    expected: product(BATCH, U, UNITS, (s, o) => above[s * U + o]!, weight),
    bind: (gpu) => encoding(bench, denseOnDevice.inputDelta(gpu, shape, { ...bound, activation: "relu" })),
  };
}

function updateTrial(bench: Workbench): Trial {
  const { own, networks, random } = bench;
  const delta = integerRows(random, BATCH, UNITS, [-3, 3], 0);
  const { pixels, order, values } = uploadBytes(bench);
  const matrix = f32(networks, UNITS, F);
  const arrays = own.allocate({
    delta: f32(networks, BATCH, U),
    parameters: matrix,
    firstMoments: matrix,
    secondMoments: matrix,
  });
  writeEach(bench, arrays.delta, delta);
  const shape = denseShape(FEATURES, UNITS);
  const bound = { ...backwardUniforms(bench, shape), source: { pixels, order }, ...arrays };
  return {
    product: "update_parameters",
    output: arrays.firstMoments,
    expected: product(
      UNITS,
      F,
      BATCH,
      (o, s) => delta[s * U + o]!,
      (i, s) => values[s * F + i]!,
    ),
    bind: (gpu) => encoding(bench, denseOnDevice.update(gpu, shape, bound)),
  };
}

interface Trials extends Disposable {
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
