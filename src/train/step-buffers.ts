/** The arrays and uniforms of a training step, allocated once and written anew each epoch. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray } from "../gpu/device-array.ts";
import type { DeviceNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { plainLayer, uploadIdentityJobs } from "../gpu/forward-pass.ts";
import { backward, forward, shuffle } from "../gpu/generated/shaders.ts";
import type { BackwardLayer } from "../gpu/kernels/backward.ts";
import { halfBitsFor, ROUNDS } from "../gpu/kernels/shuffle.ts";
import { lanesOf, quadsOf } from "../gpu/packing.ts";
import { type UniformArray, uploadUniforms } from "../gpu/uniforms.ts";

/** Everything that the dispatches share. */
export interface StepBuffers {
  readonly order: DeviceArray<"u32", 2>;
  readonly permutation: UniformArray<"Permutation">;
  readonly roundKeys: DeviceArray<"u32", 2>;
  readonly losses: DeviceArray<"f32", 2>;
  readonly jobs: DeviceArray<"Job", 1>;
  /** Per layer: [networks, batchSize, lanes of the outputs]. */
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  /** Like `outputs`. Until the backward pass comes by, the slopes of functions that need them kept. */
  readonly deltas: readonly DeviceArray<"f32", 3>[];
  /** Per layer: [networks, outputs, lanes of the inputs]. */
  readonly firstMoments: readonly DeviceArray<"f32", 3>[];
  readonly secondMoments: readonly DeviceArray<"f32", 3>[];
  /** One struct for each step of an epoch. */
  readonly forwardBatch: UniformArray<"Batch">;
  readonly backwardBatch: UniformArray<"Batch">;
  /** Per layer. */
  readonly forwardLayers: readonly UniformArray<"Layer">[];
  readonly backwardLayers: readonly UniformArray<"Layer">[];
}

/** @param batchSize at most the samples of the split */
export function allocateStepBuffers(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  batchSize: number,
): StepBuffers {
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
  const layers = widths.slice(1).map((_, layer) => backwardLayer(widths, layer, batchSize, split.count));
  const shuffled = { samples: split.count, half_bits: halfBitsFor(split.count) };
  return {
    order: allocate(gpu, "order", "u32", [count, split.count]),
    permutation: uploadUniforms(gpu, shuffle, "Permutation", [shuffled]),
    roundKeys: allocate(gpu, "round keys", "u32", [count, ROUNDS]),
    losses: allocate(gpu, "training losses", "f32", [count, batchSize]),
    jobs: uploadIdentityJobs(gpu, count),
    outputs: rows("outputs"),
    deltas: rows("delta"),
    firstMoments: matrices("first moments"),
    secondMoments: matrices("second moments"),
    forwardBatch: uploadUniforms(gpu, forward, "Batch", noBatches(forward.structs.Batch.fields)),
    backwardBatch: uploadUniforms(gpu, backward, "Batch", noBatches(backward.structs.Batch.fields)),
    forwardLayers: layers.map(({ inputs, outputs }) =>
      uploadUniforms(gpu, forward, "Layer", [plainLayer(inputs, outputs, batchSize, split.count)]),
    ),
    backwardLayers: layers.map((layer) => uploadUniforms(gpu, backward, "Layer", [layer])),
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

/** Destroys all of them. */
export function destroyStepBuffers(buffers: StepBuffers): void {
  for (const owned of Object.values(buffers)) for (const one of [owned].flat()) one.destroy();
}
