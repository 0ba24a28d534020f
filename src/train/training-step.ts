/** One optimiser step of all networks as a fixed list of dispatches, prepared once and encoded for every step. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray } from "../gpu/device-array.ts";
import type { DeviceNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { plainLayer, uploadIdentityJobs } from "../gpu/forward-pass.ts";
import { backward, forward, shuffle } from "../gpu/generated/shaders.ts";
import type { BoundKernel, Grid } from "../gpu/kernel.ts";
import {
  type BackwardBatch,
  type BackwardLayer,
  createHiddenDelta,
  createOutputDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  outputDeltaGrid,
  updateParametersGrid,
} from "../gpu/kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import { createShuffleSamples, halfBitsFor, ROUNDS, shuffleGrid } from "../gpu/kernels/shuffle.ts";
import { lanesOf, quadsOf } from "../gpu/packing.ts";
import { type Recorder, submit } from "../gpu/recorder.ts";
import { type UniformArray, uploadUniforms, writeUniforms } from "../gpu/uniforms.ts";
import { adamBatch, type StepOptions } from "./adam.ts";
import { shuffleKeys } from "./shuffle-keys.ts";

export interface TrainingStep {
  readonly stepsPerEpoch: number;
  /** [networks, batchSize]: loss summed over the epoch's steps, per row of the batch, nats. */
  readonly losses: DeviceArray<"f32", 2>;
  /** Shuffles the samples, clears the losses and uploads the epoch's batches. Queued behind all submitted work. */
  beginEpoch(epoch: number, repeats: readonly number[], options: StepOptions & { readonly seed: number }): void;
  encode(to: Recorder, first: number, end: number): void;
  [Symbol.dispose](): void;
}

interface Dispatch {
  readonly kernel: BoundKernel;
  readonly grid: Grid;
}

/** Everything that the dispatches share. */
interface Buffers {
  readonly order: DeviceArray<"u32", 2>;
  readonly roundKeys: DeviceArray<"u32", 2>;
  readonly losses: DeviceArray<"f32", 2>;
  readonly jobs: DeviceArray<"Job", 1>;
  /** Per layer: [networks, batchSize, lanes of the outputs]. */
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  readonly deltas: readonly DeviceArray<"f32", 3>[];
  /** Per layer: [networks, outputs, lanes of the inputs]. */
  readonly firstMoments: readonly DeviceArray<"f32", 3>[];
  readonly secondMoments: readonly DeviceArray<"f32", 3>[];
  readonly forwardBatch: UniformArray<"Batch">;
  readonly backwardBatch: UniformArray<"Batch">;
}

function allocateBuffers(gpu: GpuContext, networks: DeviceNetworks, split: DeviceSplit, batchSize: number): Buffers {
  const { count, widths } = networks;
  const steps = Math.ceil(split.count / batchSize);
  const rows = (name: string) =>
    widths
      .slice(1)
      .map((width, layer) => allocate(gpu, `layer ${layer} ${name}`, "f32", [count, batchSize, lanesOf(width)]));
  const matrices = (name: string) =>
    widths
      .slice(1)
      .map((width, layer) => allocate(gpu, `layer ${layer} ${name}`, "f32", [count, width, lanesOf(widths[layer]!)]));
  const noBatches = <T extends object>(fields: T): { [K in keyof T]: number }[] =>
    Array.from({ length: steps }, () => Object.fromEntries(Object.keys(fields).map((key) => [key, 0])) as never);
  return {
    order: allocate(gpu, "order", "u32", [count, split.count]),
    roundKeys: allocate(gpu, "round keys", "u32", [count, ROUNDS]),
    losses: allocate(gpu, "training losses", "f32", [count, batchSize]),
    jobs: uploadIdentityJobs(gpu, count),
    outputs: rows("outputs"),
    deltas: rows("delta"),
    firstMoments: matrices("first moments"),
    secondMoments: matrices("second moments"),
    forwardBatch: uploadUniforms(gpu, forward, "Batch", noBatches(forward.structs.Batch.fields)),
    backwardBatch: uploadUniforms(gpu, backward, "Batch", noBatches(backward.structs.Batch.fields)),
  };
}

function backwardLayer(widths: Widths, layer: number, batchSize: number, samples: number): BackwardLayer {
  const outputs = widths[layer + 1]!;
  const next = widths[layer + 2] ?? 0;
  return {
    input_quads: quadsOf(widths[layer]!),
    inputs: widths[layer]!,
    outputs,
    output_quads: quadsOf(outputs),
    next_outputs: next,
    next_quads: quadsOf(next),
    slab_rows: batchSize,
    order_rows: samples,
  };
}

/** Prepares the step: forward, output delta, hidden deltas from the top, updates. 3 dispatches a layer. */
export async function createTrainingStep(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  batchSize: number,
): Promise<TrainingStep> {
  const buffers = allocateBuffers(gpu, networks, split, batchSize);
  const layers = networks.parameters.map((_, layer) => backwardLayer(networks.widths, layer, batchSize, split.count));
  const backwardLayers = layers.map((layer) => uploadUniforms(gpu, backward, "Layer", [layer]));
  const forwardLayers = layers.map((layer) =>
    uploadUniforms(gpu, forward, "Layer", [plainLayer(layer.inputs, layer.outputs, batchSize, split.count)]),
  );
  const dispatches = [
    ...(await forwardDispatches(gpu, networks, split, buffers, forwardLayers, batchSize)),
    ...(await deltaDispatches(gpu, networks, split, buffers, backwardLayers, batchSize)),
    ...(await updateDispatches(gpu, networks, split, buffers, backwardLayers)),
  ];
  const permutation = uploadUniforms(gpu, shuffle, "Permutation", [
    { samples: split.count, half_bits: halfBitsFor(split.count) },
  ]);
  const shuffleSamples = (await createShuffleSamples(gpu)).bind({
    permutation,
    round_keys: buffers.roundKeys,
    order: buffers.order,
  });
  const stepsPerEpoch = Math.ceil(split.count / batchSize);
  return {
    stepsPerEpoch,
    losses: buffers.losses,
    beginEpoch(epoch, repeats, options) {
      const batches = epochBatches(epoch, split.count, batchSize, options);
      writeUniforms(gpu, backward, buffers.backwardBatch, batches);
      writeUniforms(
        gpu,
        forward,
        buffers.forwardBatch,
        batches.map(({ first, count }) => ({ first, count, first_job: 0 })),
      );
      const keys = shuffleKeys(options.seed, repeats, epoch);
      gpu.device.queue.writeBuffer(buffers.roundKeys.buffer, 0, keys as BufferSource);
      const shuffleAll = (to: Recorder) => shuffleSamples.encode(to, shuffleGrid(split.count, networks.count));
      submit(gpu, "begin epoch", shuffleAll, [buffers.losses.buffer]);
    },
    encode(to, first, end) {
      for (let step = first; step < end; step++)
        for (const { kernel, grid } of dispatches) kernel.encode(to, grid, step);
    },
    [Symbol.dispose]() {
      const { order, roundKeys, losses, jobs, forwardBatch, backwardBatch } = buffers;
      for (const one of [order, roundKeys, losses, jobs, forwardBatch, backwardBatch, permutation]) one.destroy();
      const { outputs, deltas, firstMoments, secondMoments } = buffers;
      for (const list of [outputs, deltas, firstMoments, secondMoments, backwardLayers, forwardLayers]) {
        for (const one of list) one.destroy();
      }
    },
  };
}

/** Steps count on over epochs: Adam's correction depends on all steps before. */
function epochBatches(epoch: number, samples: number, batchSize: number, options: StepOptions): BackwardBatch[] {
  const steps = Math.ceil(samples / batchSize);
  return Array.from({ length: steps }, (_, step) => {
    const first = step * batchSize;
    return adamBatch(epoch * steps + step + 1, first, Math.min(batchSize, samples - first), options);
  });
}

async function forwardDispatches(
  gpu: GpuContext,
  { count, widths, activation, parameters }: DeviceNetworks,
  { pixels }: DeviceSplit,
  { forwardBatch: batch, jobs, outputs, order }: Buffers,
  layers: readonly UniformArray<"Layer">[],
  batchSize: number,
): Promise<Dispatch[]> {
  const dispatches: Dispatch[] = [];
  for (const [index, layer] of layers.entries()) {
    const shared = { layer, batch, jobs, parameters: parameters[index]!, outputs: outputs[index]! };
    const function_ = index === layers.length - 1 ? "identity" : activation;
    const kernel =
      index === 0
        ? (await createForwardLayer(gpu, "BYTES+GATHERED", function_)).bind({ ...shared, pixels, order })
        : (await createForwardLayer(gpu, "", function_)).bind({ ...shared, inputs: outputs[index - 1]! });
    dispatches.push({ kernel, grid: forwardGrid(quadsOf(widths[index + 1]!), batchSize, count) });
  }
  return dispatches;
}

async function deltaDispatches(
  gpu: GpuContext,
  { count, widths, activation, parameters }: DeviceNetworks,
  { labels }: DeviceSplit,
  { backwardBatch: batch, order, outputs, deltas, losses }: Buffers,
  layers: readonly UniformArray<"Layer">[],
  batchSize: number,
): Promise<Dispatch[]> {
  const top = layers.length - 1;
  const logits = outputs[top]!;
  const outputDelta = await createOutputDelta(gpu);
  const first = outputDelta.bind({ layer: layers[top]!, batch, order, delta: deltas[top]!, logits, labels, losses });
  const dispatches: Dispatch[] = [{ kernel: first, grid: outputDeltaGrid(batchSize, count) }];
  const hiddenDelta = await createHiddenDelta(gpu, activation);
  for (let index = top - 1; index >= 0; index--) {
    const kernel = hiddenDelta.bind({
      layer: layers[index]!,
      batch,
      delta: deltas[index]!,
      next_delta: deltas[index + 1]!,
      next_parameters: parameters[index + 1]!,
      activations: outputs[index]!,
    });
    dispatches.push({ kernel, grid: hiddenDeltaGrid(quadsOf(widths[index + 1]!), batchSize, count) });
  }
  return dispatches;
}

async function updateDispatches(
  gpu: GpuContext,
  { count, widths, parameters }: DeviceNetworks,
  { pixels }: DeviceSplit,
  { backwardBatch: batch, order, outputs, deltas, firstMoments, secondMoments }: Buffers,
  layers: readonly UniformArray<"Layer">[],
): Promise<Dispatch[]> {
  const dispatches: Dispatch[] = [];
  for (const [index, layer] of layers.entries()) {
    const shared = {
      layer,
      batch,
      delta: deltas[index]!,
      parameters: parameters[index]!,
      first_moments: firstMoments[index]!,
      second_moments: secondMoments[index]!,
    };
    const kernel =
      index === 0
        ? (await createUpdateParameters(gpu, "BYTES")).bind({ ...shared, order, pixels })
        : (await createUpdateParameters(gpu, "")).bind({ ...shared, inputs: outputs[index - 1]! });
    dispatches.push({ kernel, grid: updateParametersGrid(quadsOf(widths[index]!), widths[index + 1]!, count) });
  }
  return dispatches;
}
