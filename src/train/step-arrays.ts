/** The arrays and uniforms of a training step: described for plans, allocated once, and written anew each epoch. */
import type { NetworkShape } from "../core/layers/network-shape.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { f32, structs, u32, uniforms } from "../gpu/device/layout.ts";
import type { Allocated, Owned } from "../gpu/device/owned.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward, shuffle } from "../gpu/generated/shaders.ts";
import { halfBitsFor, ROUNDS } from "../gpu/kernels/shuffle.ts";
import { outputsLayout } from "../gpu/layers/layer-kind.ts";
import { onDevice } from "../gpu/layers/registry.ts";
import type { DeviceNetworks } from "../passes/device-networks.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import { identityJobs, writeJobs } from "../passes/forward-pass.ts";

/** What decides the size of every array of a step. */
interface StepSize {
  readonly shape: NetworkShape;
  readonly samples: number;
  /** At most `samples`. */
  readonly batchSize: number;
}

/** Everything that the dispatches share, for `networks` networks. */
export function stepLayout({ shape, samples, batchSize }: StepSize, networks: number) {
  const steps = Math.ceil(samples / batchSize);
  const layer = shape.map((one) => {
    const kind = onDevice(one);
    const rows = outputsLayout(one, networks, batchSize);
    const parameters = kind.parameters(one, networks);
    return {
      outputs: rows,
      /** Until the backward pass comes by, the slopes of functions that need them kept. */
      delta: rows,
      firstMoments: parameters,
      secondMoments: parameters,
      forward: kind.forwardUniform,
      backward: kind.backwardUniform,
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

/** Allocates them, and writes what stays: sizes, and which network a job is. Forward passes write their own. */
export function allocateStep(
  gpu: GpuContext,
  own: Owned,
  { count, shape }: DeviceNetworks,
  split: DeviceSplit,
  batchSize: number,
): StepArrays {
  const samples = split.count;
  const arrays = own.allocate(stepLayout({ shape, samples, batchSize }, count));
  writeUniforms(gpu, shuffle, arrays.permutation, [{ samples, half_bits: halfBitsFor(samples) }]);
  writeJobs(gpu, arrays.jobs, identityJobs(count));
  for (const [index, one] of shape.entries()) {
    onDevice(one).writeBackward(gpu, one, arrays.layer[index]!.backward, { rows: batchSize, samples });
  }
  return arrays;
}
