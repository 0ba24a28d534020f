/** How time and device memory grow with neurons, samples, curves, repeats and depth: one row a size and stage. */

import { maskedSweep } from "../ablation/masked/masked-sweep.ts";
import type { ConstantOptions, SweepTask } from "../ablation/sweep-task.ts";
import { fastSweep } from "../ablation/walks/fast-sweep.ts";
import type { RemovalOrder } from "../core/ablation.ts";
import type { Activation } from "../core/activation.ts";
import { shapeText } from "../core/layers/network-shape.ts";
import type { Clock } from "../core/platform.ts";
import { RandomSequence, streams } from "../core/random.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { Pacer } from "../gpu/device/pacer.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { type DeviceSplit, uploadSplit } from "../passes/device-split.ts";
import { countNeurons } from "../passes/evidence/bits.ts";
import { initialNetwork } from "../train/initialisation.ts";
import { createTrainingStep } from "../train/training-step.ts";
import { watchMemory } from "./live-memory.ts";
import { CLASSES, FEATURES, type Material, material, repeatedSplit, shapeFor } from "./material.ts";
import {
  type Dimension,
  type ScalingPoint,
  type ScalingSizes,
  type ScalingStage,
  scalingPlan,
} from "./scaling-plan.ts";
import { differences, requireSameCurves } from "./sweep-bench.ts";
import { type Timing, timed } from "./timing.ts";
import { checkTraining } from "./train-bench.ts";

interface ScalingOptions {
  readonly activation: Activation;
  /** Sizes of each dimension, from the smallest. */
  readonly points: number;
  /** Counted runs of each point, and when to be content with fewer (see TimingOptions). */
  readonly runs: number;
  readonly budgetMs: number;
}

export interface ScalingRow extends Timing {
  readonly label: "scaling";
  readonly dimension: Dimension;
  /** The size that varies. */
  readonly value: number;
  readonly stage: ScalingStage;
  /** All sizes, for people. */
  readonly size: string;
  /** Most bytes of device buffers at once, the data included. */
  readonly peakBytes: number;
}

const RATES = { seed: 0, learningRate: 0.001, l2: 1e-5 };
const BATCH = 32;
/** Distinct samples; larger sizes repeat them. */
const DISTINCT = 1000;
const EVERY_STEP: ConstantOptions = { modes: ["mean"], stride: 1 };
const CHECK_SIZES: ScalingSizes = { hidden: [20, 20], repeats: 1, trainSamples: 0, samples: 130, curves: 2 };

/** What a stage needs: everything but the clock. */
interface Bench {
  readonly gpu: GpuContext;
  readonly activation: Activation;
  readonly data: Material;
}

function networksFor({ activation }: Bench, sizes: ScalingSizes) {
  return Array.from({ length: sizes.repeats }, (_, repeat) =>
    initialNetwork(0, repeat, shapeFor(sizes.hidden), activation),
  );
}

function uploadSamples({ gpu, data }: Bench, count: number): DeviceSplit {
  return uploadSplit(gpu, "scaling", repeatedSplit(data.train, count), FEATURES, CLASSES);
}

type Measure = (work: () => Promise<unknown>) => Promise<Timing>;

async function train(bench: Bench, sizes: ScalingSizes, measure: Measure): Promise<Timing> {
  const { gpu } = bench;
  using split = uploadSamples(bench, sizes.trainSamples);
  using networks = uploadNetworks(gpu, networksFor(bench, sizes));
  using step = await createTrainingStep(gpu, networks, split, BATCH);
  const repeats = Array.from({ length: sizes.repeats }, (_, repeat) => repeat);
  const pacer = new Pacer(gpu);
  let epoch = 0;
  return await measure(async () => {
    step.beginEpoch(epoch++, repeats, RATES);
    const encode = (to: Recorder, first: number, end: number) => step.encode(to, first, end);
    await pacer.run({ label: "scaling train", units: step.stepsPerEpoch, encode });
  });
}

async function count(bench: Bench, sizes: ScalingSizes, measure: Measure): Promise<Timing> {
  using split = uploadSamples(bench, sizes.samples);
  using networks = uploadNetworks(bench.gpu, networksFor(bench, sizes));
  return await measure(() => countNeurons(bench.gpu, networks, split));
}

/** Random orders of layer 1: what an order removes when does not change the work. */
function randomOrders({ hidden, curves }: ScalingSizes): RemovalOrder[] {
  return Array.from({ length: curves }, (_, draw) => {
    const permutation = new RandomSequence(0, 0, streams.randomOrder, draw).permutation(hidden[0]!);
    const neurons = Array.from(permutation, (neuron) => ({ layer: 1, neuron }));
    return { repeat: 0, scope: "layer1", measure: "random", direction: "none", draw, neurons };
  });
}

function sweepTask(bench: Bench, sizes: ScalingSizes): SweepTask {
  const network = initialNetwork(0, 0, shapeFor(sizes.hidden), bench.activation);
  const meanActivations = sizes.hidden.map((width) => new Float32Array(width).fill(1 / 2));
  return { network, orders: randomOrders(sizes), meanActivations };
}

async function sweep(bench: Bench, sizes: ScalingSizes, measure: Measure): Promise<Timing> {
  using split = uploadSamples(bench, sizes.samples);
  const task = sweepTask(bench, sizes);
  return await measure(() => fastSweep(bench.gpu, split, [task], EVERY_STEP));
}

/** Both sweeps at a size that takes no time, with training: what is timed below computes rightly. */
async function check(bench: Bench): Promise<void> {
  await checkTraining(bench.gpu, CHECK_SIZES.hidden, bench.activation);
  using split = uploadSamples(bench, CHECK_SIZES.samples);
  const task = sweepTask(bench, CHECK_SIZES);
  const [fast = []] = await fastSweep(bench.gpu, split, [task], EVERY_STEP);
  const masked = await maskedSweep(bench.gpu, split, task, EVERY_STEP);
  requireSameCurves(bench.gpu, "layer1", CHECK_SIZES.samples, differences(fast, masked));
}

const stages = { train, measure: count, sweep } as const;

/** For example `784-100-100-10, 2 networks, 320 samples, batch 32`. */
function sizeText(stage: ScalingStage, sizes: ScalingSizes): string {
  const count = stage === "sweep" ? 1 : sizes.repeats;
  const networks = `${shapeText(shapeFor(sizes.hidden))}, ${count} network${count === 1 ? "" : "s"}`;
  if (stage === "train") return `${networks}, ${sizes.trainSamples} samples, batch ${BATCH}`;
  return `${networks}, ${sizes.samples} samples${stage === "sweep" ? `, ${sizes.curves} curves of layer 1` : ""}`;
}

/**
 * @param onPoint told of each point before it is measured
 * @throws RunError with what the device reported.
 */
export async function benchScaling(
  gpu: GpuContext,
  clock: Clock,
  { activation, points, runs, budgetMs }: ScalingOptions,
  onPoint: (point: ScalingPoint) => void = () => {},
): Promise<ScalingRow[]> {
  const bench: Bench = { gpu, activation, data: material(FEATURES, CLASSES, DISTINCT, CLASSES) };
  await check(bench);
  const rows: ScalingRow[] = [];
  for (const point of scalingPlan(gpu.facts.software, points)) {
    onPoint(point);
    const { dimension, value, sizes } = point;
    for (const stage of point.stages) {
      using memory = watchMemory(gpu);
      const timing = await stages[stage](bench, sizes, (work) => timed(clock, runs, work, { budgetMs }));
      const { peakBytes } = memory;
      rows.push({ label: "scaling", dimension, value, stage, size: sizeText(stage, sizes), ...timing, peakBytes });
    }
  }
  return rows;
}
