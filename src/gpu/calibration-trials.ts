/**
 * The products that a device is calibrated on: those of a training step of 784-100-100, batch 32. Their inputs are small
 * integers (bytes 0 and 255, which stand for 0 and 1), so that every order of a sum gives the same bits and a form that
 * computes wrongly differs from the host's whole numbers. All networks are the same one.
 */
import { RandomSequence, streams } from "../core/random.ts";
import type { Product } from "../core/tiles.ts";
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray, upload } from "./device-array.ts";
import { plainLayer, uploadIdentityJobs } from "./forward-pass.ts";
import { backward, forward } from "./generated/shaders.ts";
import type { BoundKernel, Grid } from "./kernel.ts";
import {
  type BackwardBatch,
  createHiddenDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  updateParametersGrid,
} from "./kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "./kernels/forward.ts";
import { lanesOf, packPixels, quadsOf } from "./packing.ts";
import { uploadUniforms } from "./uniforms.ts";

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

/** Makes what trials need on a device, and remembers it. */
class Workbench {
  readonly gpu: GpuContext;
  readonly networks: number;
  readonly random = new RandomSequence(0, 0, streams.initialisation);
  readonly #owned: { destroy(): void }[] = [];

  constructor(gpu: GpuContext) {
    this.gpu = gpu;
    this.networks = NETWORKS[gpu.facts.software ? "software" : "hardware"];
  }

  own<T extends { destroy(): void }>(one: T): T {
    this.#owned.push(one);
    return one;
  }

  /** [networks, rows, lanes], zero. */
  empty(label: string, rows: number, lanes: number) {
    return this.own(allocate(this.gpu, label, "f32", [this.networks, rows, lanes]));
  }

  /** [networks, rows, lanes], `values` for each. */
  each(label: string, rows: number, lanes: number, values: Float32Array) {
    const array = this.empty(label, rows, lanes);
    for (let network = 0; network < this.networks; network++) {
      this.gpu.device.queue.writeBuffer(array.buffer, network * values.byteLength, values as BufferSource);
    }
    return array;
  }

  [Symbol.dispose](): void {
    for (const one of this.#owned) one.destroy();
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
function uploadBytes(bench: Workbench) {
  const { gpu, networks, random } = bench;
  const bytes = Uint8Array.from({ length: BATCH * FEATURES }, () => 255 * random.nextBelow(2));
  const packed = packPixels(bytes, BATCH, FEATURES);
  const identity = Uint32Array.from({ length: networks * BATCH }, (_, index) => index % BATCH);
  return {
    pixels: bench.own(upload(gpu, "pixels", "u32", [BATCH, quadsOf(FEATURES)], packed)),
    order: bench.own(upload(gpu, "order", "u32", [networks, BATCH], identity)),
    values: Float32Array.from(new Uint8Array(packed.buffer), (byte) => byte / 255),
  };
}

/** What both layers' forward trials bind, with parameters of a layer of `inputs`. */
function forwardResources(bench: Workbench, inputs: number) {
  const { gpu, networks } = bench;
  const host = integerRows(bench.random, UNITS, inputs, -3, 3, 1);
  const outputs = bench.empty("outputs", BATCH, U);
  const bound = {
    layer: bench.own(uploadUniforms(gpu, forward, "Layer", [plainLayer(inputs, UNITS, BATCH, BATCH)])),
    batch: bench.own(uploadUniforms(gpu, forward, "Batch", [{ first: 0, count: BATCH, first_job: 0 }])),
    jobs: bench.own(uploadIdentityJobs(gpu, networks)),
    parameters: bench.each("parameters", UNITS, lanesOf(inputs), host),
    outputs,
  };
  const grid = forwardGrid(quadsOf(UNITS), BATCH, networks);
  return { bound, host, trial: { product: "forward_layer", grid, output: outputs } as const };
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
  const inputs = bench.each("rows", BATCH, U, rows);
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

function backwardUniforms(bench: Workbench) {
  const layer = {
    input_quads: quadsOf(FEATURES),
    inputs: FEATURES,
    outputs: UNITS,
    output_quads: quadsOf(UNITS),
    next_outputs: UNITS,
    next_quads: quadsOf(UNITS),
    slab_rows: BATCH,
    order_rows: BATCH,
  };
  return {
    layer: bench.own(uploadUniforms(bench.gpu, backward, "Layer", [layer])),
    batch: bench.own(uploadUniforms(bench.gpu, backward, "Batch", [gradientAlone])),
  };
}

function hiddenDeltaTrial(bench: Workbench): Trial {
  const above = integerRows(bench.random, BATCH, UNITS, -3, 3, 0);
  const parameters = integerRows(bench.random, UNITS, UNITS, -3, 3, 1);
  const delta = bench.empty("delta", BATCH, U);
  const bound = {
    ...backwardUniforms(bench),
    delta,
    next_delta: bench.each("next delta", BATCH, U, above),
    next_parameters: bench.each("next parameters", UNITS, U, parameters),
    // All above 0, where relu passes everything back.
    activations: bench.each("activations", BATCH, U, integerRows(bench.random, BATCH, UNITS, 1, 3, 1)),
  };
  const weight: Operand = (i, o) => (i < UNITS ? parameters[o * U + i]! : 0);
  return {
    product: "hidden_delta",
    grid: hiddenDeltaGrid(quadsOf(UNITS), BATCH, bench.networks),
    output: delta,
    expected: product(BATCH, U, UNITS, (s, o) => above[s * U + o]!, weight),
    async bind(gpu) {
      return (await createHiddenDelta(gpu, "relu")).bind(bound);
    },
  };
}

function updateTrial(bench: Workbench): Trial {
  const delta = integerRows(bench.random, BATCH, UNITS, -3, 3, 0);
  const { pixels, order, values } = uploadBytes(bench);
  const first_moments = bench.empty("first moments", UNITS, F);
  const bound = {
    ...backwardUniforms(bench),
    order,
    pixels,
    delta: bench.each("delta", BATCH, U, delta),
    parameters: bench.empty("parameters", UNITS, F),
    first_moments,
    second_moments: bench.empty("second moments", UNITS, F),
  };
  return {
    product: "update_parameters",
    grid: updateParametersGrid(quadsOf(FEATURES), UNITS, bench.networks),
    output: first_moments,
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

export interface Trials {
  readonly trials: readonly Trial[];
  [Symbol.dispose](): void;
}

/** Uploads what the trials compute with. */
export function prepareTrials(gpu: GpuContext): Trials {
  const bench = new Workbench(gpu);
  const trials = [firstLayerTrial, hiddenLayerTrial, hiddenDeltaTrial, updateTrial].map((make) => make(bench));
  return { trials, [Symbol.dispose]: () => bench[Symbol.dispose]() };
}
