/**
 * The fast sweep against the masked one and against full forward passes, per scope, in one run on one device: each
 * comparison checks before it times.
 */

import { maskedSweep } from "../ablation/masked/masked-sweep.ts";
import { removalOrders } from "../ablation/orders.ts";
import { rankingsOf } from "../ablation/rankings.ts";
import type { SweepTask } from "../ablation/sweep-task.ts";
import { fastSweep } from "../ablation/walks/fast-sweep.ts";
import { type AblationCurve, replacementModes } from "../core/ablation.ts";
import type { Activation } from "../core/activation.ts";
import { hiddenUnits, layerSizes, multiplyAdds, type NetworkShape, shapeText } from "../core/layers/network-shape.ts";
import { networkShape } from "../core/network.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import { layerOf, type ScopeKind, type ScopeText, scopesOf } from "../core/scope.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { measureNetwork } from "../measure-networks.ts";
import { paperMeasures } from "../measures/paper-measures.ts";
import { type DeviceNetworks, uploadNetworks } from "../passes/device-networks.ts";
import { type DeviceSplit, uploadSplit } from "../passes/device-split.ts";
import { evaluate } from "../passes/evaluate.ts";
import { trainNetworks } from "../train/trainer.ts";
import { disagreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { CLASSES, FEATURES, material, shapeFor } from "./material.ts";
import { perPart, timedInTurn } from "./timing.ts";

interface SweepBenchOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Test samples. */
  readonly samples: number;
  readonly scopes: readonly ScopeKind[];
  /** Orders of each scope that are swept, at most. */
  readonly orders: number;
  /** Counted runs of each sweep. */
  readonly runs: number;
  /** See TimingOptions. */
  readonly budgetMs: number;
}

/** Timing, operations and share are those of one evaluation in the fast sweep. */
export interface SweepBenchRow extends BenchRow {
  readonly scope: ScopeText;
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly samples: number;
  /** Evaluations of the whole test set in one sweep of this scope. */
  readonly evaluations: number;
  /** Milliseconds an evaluation: forward passes of the whole network, the masked sweep, the fast sweep (medians). */
  readonly fullMs: number;
  readonly maskedMs: number;
  readonly fastMs: number;
  /** maskedMs / fastMs and fullMs / fastMs. */
  readonly ratio: number;
  readonly fullRatio: number;
  /** As `ratio`, of the steps alone: without the forward pass below, which either sweep makes once for all steps. */
  readonly stepRatio: number;
  /** Largest difference between the two sweeps at any step: test samples, and loss relative to the masked one. */
  readonly maxCorrectDifference: number;
  readonly maxLossDifference: number;
}

const TRAIN = 2000;

/** A network that has learnt something, and the constants that replace its neurons. */
async function trainedTask(
  gpu: GpuContext,
  test: DeviceSplit,
  train: DeviceSplit,
  { hidden, activation }: SweepBenchOptions,
) {
  const rates = { learningRate: 0.001, l2: 1e-5 };
  const options = { shape: shapeFor(hidden), activation, seed: 0, epochs: 3, batchSize: 32, ...rates };
  const [trained] = await trainNetworks(gpu, train, [0], options);
  return await measureNetwork(gpu, trained!, test, { measures: paperMeasures });
}

/** The largest differences at any step of any curve. */
export function differences(fast: readonly AblationCurve[], masked: readonly AblationCurve[]) {
  let correct = 0;
  let loss = 0;
  fast.forEach((curve, index) => {
    const want = masked[index]!;
    curve.correct.forEach((count, step) => {
      correct = Math.max(correct, Math.abs(count - want.correct[step]!));
      loss = Math.max(loss, Math.abs(curve.loss[step]! / want.loss[step]! - 1));
    });
  });
  return { maxCorrectDifference: correct, maxLossDifference: loss };
}

/** The sweeps may differ by one test sample in `samples`, and in the loss by this share (docs/performance.md). */
export const sweepTolerance = { samples: 10_000, loss: 1e-4 };

/** @throws RunError where the fast sweep differs from the masked one by more than rounding explains. */
export function requireSameCurves(
  gpu: GpuContext,
  scope: ScopeText,
  samples: number,
  found: ReturnType<typeof differences>,
): void {
  const allowed = Math.ceil(samples / sweepTolerance.samples);
  const { maxCorrectDifference: correct, maxLossDifference: loss } = found;
  if (correct <= allowed && loss <= sweepTolerance.loss) return; // false for NaN
  const expected = `at most ${allowed} of ${samples} samples and ${sweepTolerance.loss} of the loss from the masked sweep`;
  throw disagreement(gpu, `the fast sweep of scope ${scope} (walk-*.wgsl)`, expected, `${correct} and ${loss}`);
}

/**
 * Operations that an evaluation needs for one sample, 2 a multiply-add: the removal updates the next layer's
 * pre-activations, deeper layers are computed anew. Over all layers: the mean, each neuron being removed once.
 */
function evaluationOperations(shape: NetworkShape, scope: ScopeText): number {
  const ofLayer = (layer: number) => 2 * (shape[layer]!.units + multiplyAdds(shape.slice(layer + 1)));
  const layer = layerOf(scope);
  if (layer !== undefined) return ofLayer(layer);
  const hidden = hiddenUnits(shape);
  const neurons = hidden.reduce((sum, units) => sum + units, 0);
  return hidden.reduce((sum, units, index) => sum + units * ofLayer(index + 1), 0) / neurons;
}

/** Networks of a full forward pass, as a batch of masked jobs would be, so that the device is full. */
const FULL_NETWORKS = 8;

/** What the scopes share. */
interface Prepared {
  readonly gpu: GpuContext;
  readonly clock: Clock;
  readonly options: SweepBenchOptions;
  readonly ceilings: Ceilings;
  readonly test: DeviceSplit;
  /** FULL_NETWORKS times the network that is swept. */
  readonly copies: DeviceNetworks;
  readonly trained: Awaited<ReturnType<typeof trainedTask>>;
}

async function benchScope(prepared: Prepared, scope: ScopeText): Promise<SweepBenchRow> {
  const { gpu, clock, ceilings, test, copies } = prepared;
  const { activation, samples, orders: most, runs, budgetMs } = prepared.options;
  const { table, ...network } = prepared.trained;
  const rankings = rankingsOf(Object.keys(table.measures), 2);
  const orders = removalOrders(table, { scopes: [scope], rankings, seed: 0 }).slice(0, most);
  const task: SweepTask = { ...network, orders };
  const settings = { modes: replacementModes, stride: 1 };
  const [fast = []] = await fastSweep(gpu, test, [task], settings);
  const found = differences(fast, await maskedSweep(gpu, test, task, settings));
  requireSameCurves(gpu, scope, samples, found);
  const works = [
    () => fastSweep(gpu, test, [task], settings),
    () => maskedSweep(gpu, test, task, settings),
    () => evaluate(gpu, copies, test),
  ];
  const [ofFast, ofMasked, ofFull] = await timedInTurn(clock, runs, works, { budgetMs });
  const evaluations = fast.reduce((sum, { removed }) => sum + removed.length, 0);
  const fastTime = perPart(ofFast!, evaluations);
  const fastMs = fastTime.medianMs;
  const maskedMs = ofMasked!.medianMs / evaluations;
  const fullMs = ofFull!.medianMs / FULL_NETWORKS;
  const passMs = fullMs / evaluations;
  const shape = networkShape(network.network);
  const cost = { operations: samples * evaluationOperations(shape, scope) };
  return {
    ...benchRow("sweep", `${scope}, ${samples} samples, ${shapeText(shape)}`, fastTime, cost, ceilings),
    scope,
    widths: layerSizes(shape),
    activation,
    samples,
    evaluations,
    fullMs,
    maskedMs,
    fastMs,
    ratio: maskedMs / fastMs,
    fullRatio: fullMs / fastMs,
    stepRatio: (maskedMs - passMs) / (fastMs - passMs),
    ...found,
  };
}

/** @throws RunError where the two sweeps differ, or with what the device reported. */
export async function benchSweep(
  gpu: GpuContext,
  clock: Clock,
  options: SweepBenchOptions,
  ceilings: Ceilings,
): Promise<SweepBenchRow[]> {
  const { hidden, samples, scopes } = options;
  const data = material(FEATURES, CLASSES, TRAIN, samples);
  using train = uploadSplit(gpu, "train", data.train, FEATURES, CLASSES);
  using test = uploadSplit(gpu, "test", data.test, FEATURES, CLASSES);
  const trained = await trainedTask(gpu, test, train, options);
  using copies = uploadNetworks(
    gpu,
    Array.from({ length: FULL_NETWORKS }, () => trained.network),
  );
  const prepared = { gpu, clock, options, ceilings, test, copies, trained };
  const rows: SweepBenchRow[] = [];
  for (const scope of scopesOf(hidden.length, scopes)) rows.push(await benchScope(prepared, scope));
  return rows;
}
