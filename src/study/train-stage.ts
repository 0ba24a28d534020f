/** The first stage: networks out of the training set. */
import type { Dataset } from "../core/dataset.ts";
import { studyShape } from "../core/layers/network-shape.ts";
import { inputOf } from "../core/network-fit.ts";
import type { ProgressListener } from "../core/progress.ts";
import type { StudyConfig } from "../core/study.ts";
import { withInputsOf } from "../data/inputs/inputs-for-networks.ts";
import { withNoisyLabels } from "../data/splits/noisy-labels.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { PerDevice } from "../gpu/device/devices.ts";
import type { DeviceNetworks } from "../passes/device-networks.ts";
import { splitOnDevice } from "../passes/device-split.ts";
import { sizeOf, trainingPlan } from "../plan.ts";
import { type TrainingObserver, type TrainingProgress, trainNetworks } from "../train/trainer.ts";
import { KeptStates, type TrainingState } from "../train/training-state.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Group, Stage, Yield } from "./run-jobs.ts";

/** Some networks after an epoch of their training, on the device that they are trained on. */
export interface TrainedEpoch {
  readonly gpu: GpuContext;
  readonly repeats: readonly number[];
  readonly networks: DeviceNetworks;
  /** From 0. */
  readonly epoch: number;
  /** [networks]: mean training loss of the epoch, nats. */
  readonly losses: readonly number[];
}

/** Told of training while it goes on. */
export interface TrainingWatcher {
  readonly onProgress?: ProgressListener;
  /**
   * Keep each epoch's networks and optimiser on the host, so that a lost device costs the epoch that it was in, not all
   * since its group began. Costs a read of three times the parameters an epoch.
   */
  readonly keepEpochs?: boolean;
  /** Where training is kept on its way, for whoever goes on with the study. */
  readonly checkpoints?: Checkpoints;
  /** Told of networks that go on from checkpoints. @param epochs [repeats]: how many are behind them */
  onResumed?(repeats: readonly number[], epochs: readonly number[]): void;
  /** Called after every epoch of some networks; after a loss of the device, again for those that are trained again. */
  onEpoch?(epoch: TrainedEpoch): Promise<void>;
}

const repeatsIn = (jobs: Group["jobs"]) => jobs.map(({ repeat }) => repeat);

/** @param dataset with its inputs as the networks take them */
export function trainStage(dataset: Dataset, config: StudyConfig, watcher: TrainingWatcher): Stage {
  const { onProgress, onEpoch, keepEpochs = false, checkpoints } = watcher;
  const size = sizeOf(dataset);
  const options = { ...config, shape: studyShape(dataset, config) };
  const labelled = withNoisyLabels(dataset, config);
  const split = new PerDevice((gpu) => splitOnDevice(gpu, labelled, "train"));
  const kept = new KeptStates();

  const report = ({ jobs, finished, waiting }: Group, { epochsDone, loss }: TrainingProgress): void => {
    // Networks that wait may have epochs behind them, from before a device was lost.
    const others = waiting.reduce((sum, { repeat }) => sum + kept.epochsDone(repeat), 0);
    onProgress?.({
      stage: "train",
      done: others + finished * config.epochs + epochsDone * jobs.length,
      total: (finished + jobs.length + waiting.length) * config.epochs,
      unit: "epochs",
      ...(loss === undefined ? {} : { note: `loss ${loss.toFixed(4)}` }),
    });
  };

  async function begin(missing: Group["jobs"]): Promise<void> {
    const found = (await checkpoints?.find(repeatsIn(missing))) ?? [];
    const fitting = found.filter(({ trainLoss }) => trainLoss.length <= config.epochs);
    kept.keep(fitting);
    const repeats = fitting.map(({ repeat }) => repeat);
    if (fitting.length > 0) watcher.onResumed?.(repeats, repeats.map(kept.epochsDone, kept));
  }

  async function keep(save: () => Promise<TrainingState[]>): Promise<void> {
    const isDue = checkpoints?.isDue() === true;
    if (!keepEpochs && !isDue) return;
    const states = await save();
    kept.keep(states);
    if (isDue) await checkpoints?.keep(states);
  }

  async function run(gpu: GpuContext, group: Group): Promise<Yield[]> {
    const repeats = repeatsIn(group.jobs);
    const observer: TrainingObserver = {
      onProgress: (progress) => report(group, progress),
      onEpoch: async (networks, losses, epoch) => onEpoch?.({ gpu, repeats, networks, epoch, losses }),
      onState: keep,
    };
    checkpoints?.begin();
    const trained = await trainNetworks(gpu, split.on(gpu), repeats, options, { ...observer, from: kept.of(repeats) });
    kept.forget(repeats);
    return trained.map((one, index): Yield => {
      const network = { ...withInputsOf(one.network, dataset), ...inputOf(dataset) };
      return { job: group.jobs[index]!, kind: "network", value: { ...one, network } };
    });
  }

  return {
    doing: "training",
    plan: (gpu, networks) => trainingPlan(gpu, size, config, networks),
    together: (waiting, networks) => waiting.slice(0, kept.abreast(repeatsIn(waiting.slice(0, networks))).length),
    begin,
    run,
    kept: async (jobs) => checkpoints?.drop(repeatsIn(jobs)),
    [Symbol.dispose]: () => split[Symbol.dispose](),
  };
}
