/** Trains many independent networks at once: the loop over epochs and steps, with no host round trip within an epoch. */

import type { NetworkActivation } from "../core/activation.ts";
import { RunError } from "../core/errors.ts";
import type { NetworkShape } from "../core/layers/network-shape.ts";
import type { Network, TrainedNetwork } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { read } from "../gpu/device/device-array.ts";
import { Pacer } from "../gpu/device/pacer.ts";
import { type DeviceNetworks, downloadNetworks, uploadNetworks } from "../passes/device-networks.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import { initialNetwork } from "./initialisation.ts";
import { stepOperations } from "./training-plan.ts";
import { restoreState, saveState, type TrainingState } from "./training-state.ts";
import { createTrainingStep, type TrainingStep } from "./training-step.ts";

export interface TrainingOptions {
  readonly shape: NetworkShape;
  readonly activation: NetworkActivation;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly l2: number;
  /** [repeats]: networks to go on from, of this shape and activation, instead of initial ones that the seed draws. */
  readonly initial?: readonly Network[];
}

export interface TrainingProgress {
  /** Epochs finished, with the fraction of the current one; of `epochs`. */
  readonly epochsDone: number;
  /** Mean training loss of the last finished epoch over all repeats, nats. */
  readonly loss?: number;
}

/** Told of training while it goes on. */
export interface TrainingObserver {
  onProgress?(progress: TrainingProgress): void;
  /**
   * Called after every epoch, before the next: the networks are on the device as they are then.
   * @param losses [networks]: mean training loss of the epoch, nats
   * @param epoch from 0
   */
  onEpoch?(networks: DeviceNetworks, losses: readonly number[], epoch: number): Promise<void>;
  /**
   * Called after `onEpoch`, but for the last: from here the training can go on, elsewhere.
   * @param save reads the state, three times the parameters, off the device
   */
  onState?(save: () => Promise<TrainingState[]>): Promise<void>;
}

/**
 * Trains one network for each of `repeats` on `split`. Repeat r comes out the same, bit for bit on the same adapter,
 * whatever other repeats are trained with it, and wherever it is taken up.
 * @param from [repeats]: where to go on, all after the same epoch; empty to begin
 * @throws RunError where a loss is not finite (with the repeat, the epoch and advice) or the device fails.
 */
export async function trainNetworks(
  gpu: GpuContext,
  split: DeviceSplit,
  repeats: readonly number[],
  options: TrainingOptions,
  { from = [], ...observer }: TrainingObserver & { readonly from?: readonly TrainingState[] } = {},
): Promise<TrainedNetwork[]> {
  const { shape, activation, seed, epochs, batchSize } = options;
  const start = repeats.map(
    (repeat, index) => options.initial?.[index] ?? initialNetwork(seed, repeat, shape, activation),
  );
  using networks = uploadNetworks(gpu, start);
  using step = await createTrainingStep(gpu, networks, split, Math.min(batchSize, split.count));
  const pacer = new Pacer(gpu);
  restoreState(gpu, networks, step, from);
  const history: number[][] = repeats.map((_, index) => [...(from[index]?.trainLoss ?? [])]);
  let loss = meanOfLast(history);
  for (let epoch = history[0]!.length; epoch < epochs; epoch++) {
    step.beginEpoch(epoch, repeats, options);
    await pacer.run({
      label: "train epoch",
      units: step.stepsPerEpoch,
      unitOperations: stepOperations({ shape, samples: split.count, batchSize }, repeats.length),
      encode: (to, first, end) => step.encode(to, first, end),
      onProgress: (done) => {
        observer.onProgress?.({
          epochsDone: epoch + done / step.stepsPerEpoch,
          ...(loss === undefined ? {} : { loss }),
        });
      },
    });
    const losses = await epochLosses(gpu, step, split.count);
    rejectDivergence(losses, repeats, epoch, options);
    losses.forEach((value, index) => {
      history[index]!.push(value);
    });
    loss = meanOfLast(history)!;
    observer.onProgress?.({ epochsDone: epoch + 1, loss });
    await observer.onEpoch?.(networks, losses, epoch);
    if (epoch + 1 < epochs) {
      await observer.onState?.(() => saveState(gpu, networks, step, repeats, history));
    }
  }
  const trained = await downloadNetworks(gpu, networks);
  // The losses were taken before each update, so the last update shows in the weights alone.
  const broken = trained.findIndex((network) => !hasFiniteParameters(network));
  if (broken !== -1) throw divergence(repeats[broken]!, epochs, "weights", "not finite", options);
  return trained.map((network, index) => ({ repeat: repeats[index]!, network, trainLoss: history[index]! }));
}

/** Mean over the networks of the last epoch's loss; undefined before the first. */
function meanOfLast(history: readonly (readonly number[])[]): number | undefined {
  if (history[0]!.length === 0) return undefined;
  return history.reduce((sum, losses) => sum + losses.at(-1)!, 0) / history.length;
}

/** Mean loss per network: rows are summed on the device over the steps, here over the rows in float64. */
async function epochLosses(gpu: GpuContext, step: TrainingStep, samples: number): Promise<number[]> {
  const rows = await read(gpu, step.losses);
  const [networks, batchSize] = step.losses.shape as [number, number];
  return Array.from({ length: networks }, (_, network) => {
    const own = rows.subarray(network * batchSize, (network + 1) * batchSize);
    return own.reduce((sum, value) => sum + value, 0) / samples;
  });
}

function rejectDivergence(
  losses: readonly number[],
  repeats: readonly number[],
  epoch: number,
  options: TrainingOptions,
): void {
  const index = losses.findIndex((loss) => !Number.isFinite(loss));
  if (index === -1) return;
  throw divergence(repeats[index]!, epoch + 1, "loss", String(losses[index]), options);
}

function hasFiniteParameters({ layers }: Network): boolean {
  return layers.every(({ weights, biases }) => weights.every(Number.isFinite) && biases.every(Number.isFinite));
}

/** What is said of a repeat whose loss or weights are no numbers any more. @param epoch from 1 */
export function divergence(
  repeat: number,
  epoch: number,
  what: string,
  value: string,
  { learningRate }: Pick<TrainingOptions, "learningRate">,
): RunError {
  return new RunError({
    what: "training diverged",
    where: `repeat ${repeat}, epoch ${epoch}`,
    expected: `finite ${what}`,
    found: `${what} ${value}`,
    fix: `a smaller --learning-rate (now ${learningRate}) or a smaller --l2`,
  });
}
