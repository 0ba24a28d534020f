/** One optimiser step of all networks as a fixed list of dispatches, prepared once and encoded for every step. */
import type { GpuContext } from "../gpu/device/context.ts";
import type { DeviceArray } from "../gpu/device/device-array.ts";
import { Owned } from "../gpu/device/owned.ts";
import { type Recorder, submit } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward } from "../gpu/generated/shaders.ts";
import type { BackwardBatch } from "../gpu/kernels/backward.ts";
import { createShuffleSamples, shuffleGrid } from "../gpu/kernels/shuffle.ts";
import type { DeviceNetworks } from "../passes/device-networks.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import { adamBatch, type StepOptions } from "./adam.ts";
import { shuffleKeys } from "./shuffle-keys.ts";
import { allocateStep, type StepArrays } from "./step-arrays.ts";
import { stepWorks } from "./step-works.ts";

export interface TrainingStep {
  readonly stepsPerEpoch: number;
  /** [networks, batchSize]: loss summed over the epoch's steps, per row of the batch, nats. */
  readonly losses: DeviceArray<"f32", 2>;
  /** Adam's, per layer, as the parameters. */
  readonly firstMoments: readonly DeviceArray<"f32", 3>[];
  readonly secondMoments: readonly DeviceArray<"f32", 3>[];
  /** Shuffles the samples, clears the losses and uploads the epoch's batches. Queued behind all submitted work. */
  beginEpoch(epoch: number, repeats: readonly number[], options: StepOptions & { readonly seed: number }): void;
  encode(to: Recorder, first: number, end: number): void;
  [Symbol.dispose](): void;
}

/**
 * Prepares the step, of 3 dispatches a layer, or 3 fewer in all where the top layer's are one: see step-works.ts.
 * @param batchSize at most the samples of the split
 */
export async function createTrainingStep(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  batchSize: number,
): Promise<TrainingStep> {
  using own = new Owned(gpu);
  const arrays = allocateStep(gpu, own, networks, split, batchSize);
  const works = await stepWorks({ gpu, networks, split, arrays });
  const { permutation, roundKeys, order, trainingLosses: losses, layer } = arrays;
  const shuffleSamples = (await createShuffleSamples(gpu)).bind({ permutation, round_keys: roundKeys, order });
  const shuffleAll = (to: Recorder) => shuffleSamples.encode(to, shuffleGrid(split.count, networks.count));
  const kept = own.move();
  return {
    stepsPerEpoch: Math.ceil(split.count / batchSize),
    losses,
    firstMoments: layer.map(({ firstMoments }) => firstMoments),
    secondMoments: layer.map(({ secondMoments }) => secondMoments),
    beginEpoch(epoch, repeats, options) {
      writeBatches(gpu, arrays, epochBatches(epoch, split.count, batchSize, options));
      const keys = shuffleKeys(options.seed, repeats, epoch);
      gpu.device.queue.writeBuffer(roundKeys.buffer, 0, keys as BufferSource);
      submit(gpu, "begin epoch", shuffleAll, [losses.buffer]);
    },
    encode(to, first, end) {
      for (let step = first; step < end; step++)
        for (const work of works) work.encode(to, batchSize, networks.count, step);
    },
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

/** What each step of an epoch is told: the forward shader its samples, the backward one Adam's terms, too. */
function writeBatches(gpu: GpuContext, arrays: StepArrays, batches: readonly BackwardBatch[]): void {
  const ranges = batches.map(({ first, count }) => ({ first, count, first_job: 0 }));
  writeUniforms(gpu, backward, arrays.backwardBatch, batches);
  writeUniforms(gpu, forward, arrays.forwardBatch, ranges);
}

/** Steps count on over epochs: Adam's correction depends on all steps before. */
function epochBatches(epoch: number, samples: number, batchSize: number, options: StepOptions): BackwardBatch[] {
  const steps = Math.ceil(samples / batchSize);
  return Array.from({ length: steps }, (_, step) => {
    const first = step * batchSize;
    return adamBatch(epoch * steps + step + 1, first, Math.min(batchSize, samples - first), options);
  });
}
