/** Training throughput: steps of many networks at once, as a run trains them. */
import type { Activation } from "../core/network.ts";
import type { Clock } from "../core/platform.ts";
import type { GpuContext } from "../gpu/context.ts";
import { uploadNetworks } from "../gpu/device-networks.ts";
import { uploadSplit } from "../gpu/device-split.ts";
import { Pacer } from "../gpu/pacing.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { initialNetwork } from "../train/initialisation.ts";
import { createTrainingStep } from "../train/training-step.ts";
import { material } from "./material.ts";
import { type Timing, timed } from "./timing.ts";

export interface TrainBenchOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly batchSize: number;
  /** Counted runs of an epoch of SAMPLES samples. */
  readonly runs: number;
}

export interface TrainBenchRow extends Timing {
  readonly label: string;
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly batchSize: number;
  /** Samples of all networks together. */
  readonly samplesPerSecond: number;
  /** Of the products alone: 2 operations a multiply-add, forward and backward without the unneeded input gradient. */
  readonly gflops: number;
}

const FEATURES = 784;
const CLASSES = 10;
const SAMPLES = 1600;

/** Operations of one sample: forward and weight gradient for every layer, delta for all but the first. */
function operations(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, outputs, layer) => {
    return sum + (layer === 0 ? 4 : 6) * outputs * widths[layer]!;
  }, 0);
}

/** @throws RunError with what the device reported. */
export async function benchTrain(gpu: GpuContext, clock: Clock, options: TrainBenchOptions): Promise<TrainBenchRow> {
  const { hidden, activation, repeats, batchSize, runs } = options;
  const widths = [FEATURES, ...hidden, CLASSES];
  const seeds = Array.from({ length: repeats }, (_, repeat) => repeat);
  using split = uploadSplit(gpu, "train", material(FEATURES, CLASSES, SAMPLES, CLASSES).train, FEATURES, CLASSES);
  using networks = uploadNetworks(
    gpu,
    seeds.map((repeat) => initialNetwork(0, repeat, widths, activation)),
  );
  using step = await createTrainingStep(gpu, networks, split, batchSize);
  const pacer = new Pacer(gpu);
  let epoch = 0;
  const timing = await timed(clock, runs, async () => {
    step.beginEpoch(epoch++, seeds, { seed: 0, learningRate: 0.001, l2: 1e-5 });
    const encode = (to: Recorder, first: number, end: number) => step.encode(to, first, end);
    await pacer.run({ label: "bench train", units: step.stepsPerEpoch, encode });
  });
  const samplesPerSecond = (SAMPLES * repeats * 1000) / timing.medianMs;
  const gflops = (samplesPerSecond * operations(widths)) / 1e9;
  return { label: "train", widths, activation, repeats, batchSize, ...timing, samplesPerSecond, gflops };
}
