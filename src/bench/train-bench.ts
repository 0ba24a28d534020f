/** Training throughput: steps of many networks at once, as a run trains them, beside the products that bound it. */
import type { Activation } from "../core/activation.ts";
import { featuresOf, layerSizes, multiplyAdds, type NetworkShape, shapeText } from "../core/layers/network-shape.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { scalarsOf } from "../gpu/device/layout.ts";
import { Pacer } from "../gpu/device/pacer.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { onDevice } from "../gpu/layers/registry.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { uploadSplit } from "../passes/device-split.ts";
import { trainNetwork } from "../reference/train.ts";
import { adam } from "../train/adam.ts";
import { initialNetwork } from "../train/initialisation.ts";
import { shuffleKeys } from "../train/shuffle-keys.ts";
import { trainNetworks } from "../train/trainer.ts";
import { createTrainingStep } from "../train/training-step.ts";
import { disagreement } from "./agreement.ts";
import { type BenchRow, benchRow, type Cost } from "./bench-row.ts";
import { CLASSES, FEATURES, material, repeatedSplit, shapeFor } from "./material.ts";
import { timed } from "./timing.ts";

interface TrainBenchOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly batchSize: number;
  /** Training samples of an epoch. */
  readonly samples: number;
  /** Counted runs of an epoch. */
  readonly runs: number;
  readonly budgetMs: number;
}

export interface TrainBenchRow extends BenchRow {
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly batchSize: number;
  /** Samples of all networks together. */
  readonly samplesPerSecond: number;
  /** Of the products alone: 2 operations a multiply-add, forward and backward without the unneeded input gradient. */
  readonly gflops: number;
  /** gflops over that of the products alone, of the same shapes, in the same call. */
  readonly shareOfProducts: number;
}

/** Samples of an epoch that is timed. */
export const EPOCH_SAMPLES = 1600;
/** Distinct ones among them. */
const DISTINCT = 1600;
const RATES = { seed: 0, learningRate: 0.001, l2: 1e-5 };

/** Operations of one sample: forward and weight gradient for every layer, delta for all but the first. */
function operations(shape: NetworkShape): number {
  return shape.reduce((sum, layer, index) => sum + (index === 0 ? 4 : 6) * multiplyAdds([layer]), 0);
}

/** Bytes of a parameter in a step: weight, first and second moment, each read and written. */
const PARAMETER_BYTES = 24;

/** Parameters with their moments, and the pixels; activations and deltas of a batch would fit in a cache. */
function stepBytes(shape: NetworkShape, repeats: number, batchSize: number): number {
  const parameters = shape.reduce((sum, layer) => sum + scalarsOf(onDevice(layer).parameters(layer, 1)), 0);
  return repeats * (PARAMETER_BYTES * parameters + batchSize * lanesOf(featuresOf(shape)));
}

/** A batch and a half is trained for the check, whatever --batch-size: the reference takes seconds for more. */
const CHECK_BATCH = 32;
/**
 * Largest mean deviation from float64, as a share of the way that parameters can have gone (a step of Adam is about the
 * learning rate). Measured on lavapipe and SwiftShader: 8e-6 at most; 2e-3 without l2, 0.4 in another order of samples.
 * The mean, because where a gradient nearly cancels, its sign and with it a step of Adam may differ for one parameter.
 */
const CHECK_SHARE = 1e-4;

/** @throws RunError where training goes another way than in float64. */
export async function checkTraining(gpu: GpuContext, hidden: readonly number[], activation: Activation): Promise<void> {
  const samples = CHECK_BATCH + CHECK_BATCH / 2;
  const shape = shapeFor(hidden);
  const host = material(FEATURES, CLASSES, samples, CLASSES).train;
  using split = uploadSplit(gpu, "check", host, FEATURES, CLASSES);
  const options = { ...RATES, shape, activation, epochs: 1, batchSize: CHECK_BATCH };
  const [, trained] = await trainNetworks(gpu, split, [0, 1], options);
  const want = trainNetwork(initialNetwork(RATES.seed, 1, shape, activation), {
    ...host,
    ...options,
    ...adam,
    round_keys: (epoch) => shuffleKeys(RATES.seed, [1], epoch),
  });
  const way = 2 * RATES.learningRate;
  for (const [index, layer] of trained!.network.layers.entries()) {
    const wanted = want.network.layers[index]!.weights;
    const total = layer.weights.reduce((sum, weight, at) => sum + Math.abs(weight - wanted[at]!), 0);
    const share = total / layer.weights.length / way;
    if (share <= CHECK_SHARE) continue; // false for NaN
    const kernel = `training (forward, backward.update_parameters) in layer ${index + 1}`;
    throw disagreement(gpu, kernel, `weights within ${CHECK_SHARE} of the way`, share.toExponential(1));
  }
}

/**
 * @param productsGflops of the products alone (see matmul-bench.ts)
 * @throws RunError where training is wrong, or with what the device reported.
 */
export async function benchTrain(
  gpu: GpuContext,
  clock: Clock,
  options: TrainBenchOptions,
  productsGflops: number,
  ceilings: Ceilings,
): Promise<TrainBenchRow> {
  const { hidden, activation, repeats, samples, runs, budgetMs } = options;
  const batchSize = Math.min(options.batchSize, samples);
  const shape = shapeFor(hidden);
  await checkTraining(gpu, hidden, activation);
  const seeds = Array.from({ length: repeats }, (_, repeat) => repeat);
  const distinct = material(FEATURES, CLASSES, Math.min(samples, DISTINCT), CLASSES).train;
  using split = uploadSplit(gpu, "train", repeatedSplit(distinct, samples), FEATURES, CLASSES);
  using networks = uploadNetworks(
    gpu,
    seeds.map((repeat) => initialNetwork(0, repeat, shape, activation)),
  );
  using step = await createTrainingStep(gpu, networks, split, batchSize);
  const pacer = new Pacer(gpu);
  let epoch = 0;
  const train = async () => {
    step.beginEpoch(epoch++, seeds, RATES);
    const encode = (to: Recorder, first: number, end: number) => step.encode(to, first, end);
    await pacer.run({ label: "bench train", units: step.stepsPerEpoch, encode });
  };
  const timing = await timed(clock, runs, train, { budgetMs });
  const cost: Required<Cost> = {
    operations: samples * repeats * operations(shape),
    bytes: step.stepsPerEpoch * stepBytes(shape, repeats, batchSize),
  };
  const size = `${repeats} x ${samples} samples, ${shapeText(shape)}, batch ${batchSize}`;
  const row = benchRow("train", size, timing, cost, ceilings);
  const gflops = row.gflops!;
  const samplesPerSecond = (samples * repeats * 1000) / timing.medianMs;
  const shareOfProducts = gflops / productsGflops;
  return {
    ...row,
    widths: layerSizes(shape),
    activation,
    repeats,
    batchSize,
    samplesPerSecond,
    gflops,
    shareOfProducts,
  };
}
