/** The arrays and uniforms of a training step: described for plans, allocated once, and written anew each epoch. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { f32, structs, u32, uniforms } from "../gpu/device/layout.ts";
import type { Allocated, Owned } from "../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../gpu/device/packing.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward, shuffle } from "../gpu/generated/shaders.ts";
import type { BackwardLayer } from "../gpu/kernels/backward.ts";
import { halfBitsFor, ROUNDS } from "../gpu/kernels/shuffle.ts";
import type { DeviceNetworks } from "../passes/device-networks.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import { identityJobs, plainLayer, writeJobs } from "../passes/forward-pass.ts";

/** What decides the size of every array of a step. */
export interface StepSize {
  readonly widths: Widths;
  readonly samples: number;
  /** At most `samples`. */
  readonly batchSize: number;
}

/** Everything that the dispatches share, for `networks` networks. */
export function stepLayout({ widths, samples, batchSize }: StepSize, networks: number) {
  const steps = Math.ceil(samples / batchSize);
  const layer = widths.slice(1).map((outputs, index) => {
    const rows = f32(networks, batchSize, lanesOf(outputs));
    const parameters = f32(networks, outputs, lanesOf(widths[index]!));
    return {
      outputs: rows,
      /** Until the backward pass comes by, the slopes of functions that need them kept. */
      delta: rows,
      firstMoments: parameters,
      secondMoments: parameters,
      forward: uniforms(forward, "Layer"),
      backward: uniforms(backward, "Layer"),
    };
  });
  return {
    layer,
    order: u32(networks, samples),
    permutation: uniforms(shuffle, "Permutation"),
    roundKeys: u32(networks, ROUNDS),
    trainingLosses: f32(networks, batchSize),
    jobs: structs(forward, "Job", networks),
    /** One struct for each step of an epoch. */
    forwardBatch: uniforms(forward, "Batch", steps),
    backwardBatch: uniforms(backward, "Batch", steps),
  };
}

export type StepArrays = Allocated<ReturnType<typeof stepLayout>>;

/** Allocates them, and writes what stays: sizes, and which network a job is. */
export function allocateStep(
  gpu: GpuContext,
  own: Owned,
  { count, widths }: DeviceNetworks,
  split: DeviceSplit,
  batchSize: number,
): StepArrays {
  const samples = split.count;
  const arrays = own.allocate(stepLayout({ widths, samples, batchSize }, count));
  writeUniforms(gpu, shuffle, arrays.permutation, [{ samples, half_bits: halfBitsFor(samples) }]);
  writeJobs(gpu, arrays.jobs, identityJobs(count));
  for (const [index, layer] of arrays.layer.entries()) {
    const sizes = backwardLayer(widths, index, batchSize, samples);
    writeUniforms(gpu, forward, layer.forward, [plainLayer(sizes.inputs, sizes.outputs, batchSize, samples)]);
    writeUniforms(gpu, backward, layer.backward, [sizes]);
  }
  return arrays;
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
