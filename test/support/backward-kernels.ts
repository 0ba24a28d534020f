/** Runs the entry points of backward.wgsl on plain rows of several networks; arrays come back as they are on the device. */

import type { ActivationLike } from "../../src/core/activation.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf, packPixels, packValues, quadsOf } from "../../src/gpu/device/packing.ts";
import { backward } from "../../src/gpu/generated/shaders.ts";
import {
  type BackwardBatch,
  type BackwardLayer,
  createHiddenDelta,
  createOutputDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  outputDeltaGrid,
  updateParametersGrid,
} from "../../src/gpu/kernels/backward.ts";
import { createTopLayer, topLayerGrid } from "../../src/gpu/kernels/top-layer.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { allocate, upload, uploadUniforms } from "./arrays.ts";
import { dispatch } from "./dispatch.ts";
import { concatenate, homogeneousRows, paddedRows } from "./rows.ts";

/** First position of the batch in `order`. */
export const FIRST = 2;
/** Rows of every slab that are not in the batch. */
export const SPARE_ROWS = 3;
const STALE = Number.NaN;

export const noOptimiser: Omit<BackwardBatch, "first" | "count"> = {
  learning_rate: 0,
  variance_correction: 0,
  beta1: 0,
  beta2: 0,
  one_minus_beta1: 0,
  one_minus_beta2: 0,
  epsilon: 0,
  l2: 0,
};

interface Sizes {
  readonly samples: number;
  readonly inputs: number;
  readonly outputs: number;
}

function uniforms(gpu: GpuContext, { samples, inputs, outputs }: Sizes, optimiser = noOptimiser) {
  const layer: BackwardLayer = {
    input_quads: quadsOf(inputs),
    inputs,
    outputs,
    output_quads: quadsOf(outputs),
    slab_rows: samples + SPARE_ROWS,
    order_rows: FIRST + samples,
  };
  // The batch of step 1 is meant; a kernel that reads step 0 sees another.
  const batches = [
    { ...noOptimiser, first: 0, count: 1 },
    { ...optimiser, first: FIRST, count: samples },
  ];
  return {
    layer: uploadUniforms(gpu, backward, "Layer", [layer]),
    batch: uploadUniforms(gpu, backward, "Batch", batches),
  };
}

/** One slab per network, with rows outside the batch that would poison any sum they enter. */
function slabs(
  gpu: GpuContext,
  name: string,
  networks: readonly ArrayLike<number>[],
  width: number,
  samples: number,
  pad = paddedRows,
) {
  const slabRows = samples + SPARE_ROWS;
  const packed = concatenate(networks.map((rows) => pad(rows, width, slabRows, STALE)));
  return upload(gpu, name, "f32", [networks.length, slabRows, lanesOf(width)], packed);
}

function uploadOrders(gpu: GpuContext, orders: readonly Uint32Array[]) {
  return upload(
    gpu,
    "order",
    "u32",
    [orders.length, orders[0]!.length],
    Uint32Array.from(orders.flatMap((one) => [...one])),
  );
}

function uploadParameters(gpu: GpuContext, layers: readonly DenseLayer[]) {
  const { inputs, outputs } = layers[0]!;
  return upload(gpu, "parameters", "f32", [layers.length, outputs, lanesOf(inputs)], denseOnDevice.pack(layers));
}

export interface OutputDeltaTask {
  readonly samples: number;
  readonly classes: number;
  /** Per network, [samples, classes]. */
  readonly logits: readonly Float32Array[];
  /** [rows of the data set]. */
  readonly labels: Uint32Array;
  /** Per network, [FIRST + samples]. */
  readonly orders: readonly Uint32Array[];
  /** Loss that every row holds before. */
  readonly lossBefore: number;
}

/** delta [networks, slabRows, lanes] and losses [networks, slabRows]. */
export async function runOutputDelta(gpu: GpuContext, task: OutputDeltaTask) {
  const { samples, classes, logits, labels, orders, lossBefore } = task;
  const slabRows = samples + SPARE_ROWS;
  const delta = slabs(
    gpu,
    "delta",
    logits.map(() => []),
    classes,
    samples,
  );
  const before = new Float32Array(logits.length * slabRows).fill(lossBefore);
  const losses = upload(gpu, "losses", "f32", [logits.length, slabRows], before);
  const kernel = (await createOutputDelta(gpu)).bind({
    ...uniforms(gpu, { samples, inputs: 1, outputs: classes }),
    order: uploadOrders(gpu, orders),
    delta,
    logits: slabs(gpu, "logits", logits, classes, samples, homogeneousRows),
    labels: upload(gpu, "labels", "u32", [labels.length], labels),
    losses,
  });
  dispatch(gpu, { kernel, grid: outputDeltaGrid(slabRows, logits.length), step: 1 });
  return { delta: await read(gpu, delta), losses: await read(gpu, losses) };
}

export interface HiddenDeltaTask {
  readonly samples: number;
  readonly activation: ActivationLike;
  /** The layer above, per network. */
  readonly next: readonly DenseLayer[];
  /** Per network, [samples, outputs of the layer above]. */
  readonly nextDelta: readonly ArrayLike<number>[];
  /** Per network, [samples, units]. */
  readonly activations: readonly ArrayLike<number>[];
  /** What delta holds before: per network, [samples, units], or nothing where the activations tell the slopes. */
  readonly keptSlopes: readonly ArrayLike<number>[];
}

/** delta [networks, slabRows, lanes]. */
export async function runHiddenDelta(gpu: GpuContext, task: HiddenDeltaTask): Promise<Float32Array> {
  const { samples, activation, next, nextDelta, activations, keptSlopes } = task;
  const { inputs: units, outputs: nextOutputs } = next[0]!;
  const delta = slabs(gpu, "delta", keptSlopes, units, samples);
  const kernel = (await createHiddenDelta(gpu, activation)).bind({
    ...uniforms(gpu, { samples, inputs: units, outputs: nextOutputs }),
    delta,
    next_delta: slabs(gpu, "next delta", nextDelta, nextOutputs, samples),
    next_parameters: uploadParameters(gpu, next),
    activations: slabs(gpu, "activations", activations, units, samples, homogeneousRows),
  });
  dispatch(gpu, { kernel, grid: hiddenDeltaGrid(quadsOf(units), samples + SPARE_ROWS, next.length), step: 1 });
  return await read(gpu, delta);
}

export interface UpdateTask {
  readonly samples: number;
  readonly layers: readonly DenseLayer[];
  /** Per network, [samples, outputs]. */
  readonly delta: readonly ArrayLike<number>[];
  /** What the layer reads: rows per network, [samples, inputs], or bytes or floats that `orders` picks rows of. */
  readonly source:
    | { readonly rows: readonly ArrayLike<number>[] }
    | { readonly pixels: Uint8Array; readonly orders: readonly Uint32Array[] }
    | { readonly values: Float32Array; readonly orders: readonly Uint32Array[] };
  readonly optimiser: Omit<BackwardBatch, "first" | "count">;
}

function updateResources(gpu: GpuContext, { samples, layers, delta, optimiser }: UpdateTask) {
  const { inputs, outputs } = layers[0]!;
  return {
    ...uniforms(gpu, { samples, inputs, outputs }, optimiser),
    delta: slabs(gpu, "delta", delta, outputs, samples),
    parameters: uploadParameters(gpu, layers),
  };
}

function uploadPixels(gpu: GpuContext, pixels: Uint8Array, inputs: number) {
  const rows = pixels.length / inputs;
  return upload(gpu, "pixels", "u32", [rows, quadsOf(inputs)], packPixels(pixels, rows, inputs));
}

function uploadValues(gpu: GpuContext, values: Float32Array, inputs: number) {
  const rows = values.length / inputs;
  return upload(gpu, "values", "f32", [rows, lanesOf(inputs)], packValues(values, rows, inputs));
}

function updateGrid({ layers }: UpdateTask) {
  const { inputs, outputs } = layers[0]!;
  return updateParametersGrid(quadsOf(inputs), outputs, layers.length);
}

/** gradients [networks, outputs, lanes of the inputs]. */
export async function runGradients(gpu: GpuContext, task: UpdateTask): Promise<Float32Array> {
  const { samples, layers, source } = task;
  const { inputs, outputs } = layers[0]!;
  const gradients = allocate(gpu, "gradients", "f32", [layers.length, outputs, lanesOf(inputs)]);
  const shared = { ...updateResources(gpu, task), gradients };
  const kernel =
    "pixels" in source
      ? (await createUpdateParameters(gpu, "BYTES+GRADIENT")).bind({
          ...shared,
          order: uploadOrders(gpu, source.orders),
          pixels: uploadPixels(gpu, source.pixels, inputs),
        })
      : "values" in source
        ? (await createUpdateParameters(gpu, "FLOATS+GRADIENT")).bind({
            ...shared,
            order: uploadOrders(gpu, source.orders),
            values: uploadValues(gpu, source.values, inputs),
          })
        : (await createUpdateParameters(gpu, "GRADIENT")).bind({
            ...shared,
            inputs: slabs(gpu, "inputs", source.rows, inputs, samples, homogeneousRows),
          });
  dispatch(gpu, { kernel, grid: updateGrid(task), step: 1 });
  return await read(gpu, gradients);
}

export interface Moments {
  /** [networks, outputs, lanes of the inputs]. */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Parameters and moments after one step of Adam, [networks, outputs, lanes of the inputs]. */
export async function runUpdate(gpu: GpuContext, task: UpdateTask, moments: Moments) {
  const { samples, layers, source } = task;
  const { inputs, outputs } = layers[0]!;
  const shape = [layers.length, outputs, lanesOf(inputs)] as const;
  const shared = {
    ...updateResources(gpu, task),
    first_moments: upload(gpu, "first moments", "f32", shape, moments.first),
    second_moments: upload(gpu, "second moments", "f32", shape, moments.second),
  };
  const kernel =
    "pixels" in source
      ? (await createUpdateParameters(gpu, "BYTES")).bind({
          ...shared,
          order: uploadOrders(gpu, source.orders),
          pixels: uploadPixels(gpu, source.pixels, inputs),
        })
      : "values" in source
        ? (await createUpdateParameters(gpu, "FLOATS")).bind({
            ...shared,
            order: uploadOrders(gpu, source.orders),
            values: uploadValues(gpu, source.values, inputs),
          })
        : (await createUpdateParameters(gpu, "")).bind({
            ...shared,
            inputs: slabs(gpu, "inputs", source.rows, inputs, samples, homogeneousRows),
          });
  dispatch(gpu, { kernel, grid: updateGrid(task), step: 1 });
  const first = await read(gpu, shared.first_moments);
  return { parameters: await read(gpu, shared.parameters), first, second: await read(gpu, shared.second_moments) };
}

export interface TopLayerTask {
  readonly samples: number;
  /** Of the layer below. */
  readonly activation: ActivationLike;
  readonly layers: readonly DenseLayer[];
  /** Per network, [samples, inputs]: activations of the layer below. */
  readonly inputs: readonly ArrayLike<number>[];
  /** What the delta below holds before: per network, [samples, inputs], or nothing where `inputs` tell the slopes. */
  readonly keptSlopes: readonly ArrayLike<number>[];
  /** [rows of the data set]. */
  readonly labels: Uint32Array;
  /** Per network, [FIRST + samples]. */
  readonly orders: readonly Uint32Array[];
  /** Loss that every row holds before. */
  readonly lossBefore: number;
  readonly optimiser: Omit<BackwardBatch, "first" | "count">;
}

function topLayerResources(gpu: GpuContext, task: TopLayerTask) {
  const { samples, layers, orders, labels, lossBefore, optimiser, keptSlopes } = task;
  const { inputs, outputs } = layers[0]!;
  const shape = [layers.length, samples + SPARE_ROWS] as const;
  return {
    ...uniforms(gpu, { samples, inputs, outputs }, optimiser),
    order: uploadOrders(gpu, orders),
    labels: upload(gpu, "labels", "u32", [labels.length], labels),
    losses: upload(gpu, "losses", "f32", shape, new Float32Array(shape[0] * shape[1]).fill(lossBefore)),
    inputs: slabs(gpu, "inputs", task.inputs, inputs, samples, homogeneousRows),
    below_delta: slabs(gpu, "delta below", keptSlopes, inputs, samples),
    parameters: uploadParameters(gpu, layers),
  };
}

/** losses [networks, slabRows], below_delta [networks, slabRows, lanes], gradients [networks, outputs, lanes]. */
export async function runTopLayer(gpu: GpuContext, task: TopLayerTask) {
  const { inputs, outputs } = task.layers[0]!;
  const networks = task.layers.length;
  const gradients = allocate(gpu, "gradients", "f32", [networks, outputs, lanesOf(inputs)]);
  const bound = { ...topLayerResources(gpu, task), gradients };
  const kernel = (await createTopLayer(gpu, "GRADIENT", task.activation)).bind(bound);
  dispatch(gpu, { kernel, grid: topLayerGrid(networks), step: 1 });
  const [losses, below_delta] = [await read(gpu, bound.losses), await read(gpu, bound.below_delta)];
  return { losses, below_delta, gradients: await read(gpu, gradients) };
}

/** below_delta, and what Adam made of parameters and first moments, from moments of 0. */
export async function runTopLayerUpdate(gpu: GpuContext, task: TopLayerTask) {
  const { inputs, outputs } = task.layers[0]!;
  const networks = task.layers.length;
  const moments = (name: string) => allocate(gpu, name, "f32", [networks, outputs, lanesOf(inputs)]);
  const first_moments = moments("first moments");
  const bound = { ...topLayerResources(gpu, task), first_moments, second_moments: moments("second moments") };
  const kernel = (await createTopLayer(gpu, "", task.activation)).bind(bound);
  dispatch(gpu, { kernel, grid: topLayerGrid(networks), step: 1 });
  const [below_delta, parameters] = [await read(gpu, bound.below_delta), await read(gpu, bound.parameters)];
  return { below_delta, parameters, first: await read(gpu, first_moments) };
}
