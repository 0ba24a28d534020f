/** The whole study: train, count, measure, order, ablate. Plain data in and out; no platform code. */

import { ablateNetworks, ablationEvaluations } from "./ablation/ablate-networks.ts";
import { neuronsAlone } from "./ablation/neurons-alone.ts";
import { removalOrders } from "./ablation/orders.ts";
import { rankingsAsked } from "./ablation/rankings.ts";
import type { AblationCurve, RemovalOrder, SingleRemovals } from "./core/ablation.ts";
import type { AnyDataset, Dataset } from "./core/dataset.ts";
import { hiddenUnits, studyShape } from "./core/layers/network-shape.ts";
import { appendAll } from "./core/long-arrays.ts";
import { type Network, networkShape, type TrainedNetwork } from "./core/network.ts";
import { inputOf, notFinite } from "./core/network-fit.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import type { Clock } from "./core/platform.ts";
import type { ProgressListener, Stage } from "./core/progress.ts";
import { scopesOf } from "./core/scope.ts";
import { isAnalysis, isTrained, type MeasuringConfig, type RepeatSummary, type StudyConfig } from "./core/study.ts";
import { requireTreated, withInputsOf } from "./data/inputs/inputs-for-networks.ts";
import { withNoisyLabels } from "./data/splits/noisy-labels.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import { type Devices, PerDevice } from "./gpu/device/devices.ts";
import { inSpan, inStage } from "./gpu/profile/profiler.ts";
import { gatherEvidence, tablesOf } from "./measure-networks.ts";
import { measuresNamed } from "./measures/measure-choice.ts";
import { type DeviceNetworks, uploadNetworks } from "./passes/device-networks.ts";
import { type DevicePages, splitOnDevice } from "./passes/device-split.ts";
import { type Evaluation, evaluate } from "./passes/evaluate.ts";
import {
  ablationPlan,
  measuringPlan,
  requireRoom,
  type StudyPlan,
  sizeOf,
  stageText,
  studyPlan,
  trainingPlan,
} from "./plan.ts";
import { learningWarnings } from "./train/learning.ts";
import { divergence, type TrainingObserver, type TrainingProgress, trainNetworks } from "./train/trainer.ts";
import { KeptStates } from "./train/training-state.ts";

/** Everything computed; files and reports are made from it. */
export interface StudyOutcome {
  readonly repeats: readonly RepeatSummary[];
  readonly networks: readonly TrainedNetwork[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly curves: readonly AblationCurve[];
  readonly singles: readonly SingleRemovals[];
  readonly elapsedMs: Readonly<Partial<Record<Stage, number>>>;
  /** What makes the results doubtful; absent where nothing does. */
  readonly warnings?: readonly string[];
}

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

/** Told of each stage's yield as soon as it exists, so that it can be kept should a later stage fail. */
export interface StudyObserver {
  readonly onProgress?: ProgressListener;
  onPlan?(plan: StudyPlan): void;
  /** Told at once of what will stand in the outcome's `warnings`. */
  onWarning?(warning: string): void;
  /**
   * Keep each epoch's networks and optimiser on the host, so that a lost device costs the epoch that it was in, not all
   * since its group began. Costs a read of three times the parameters an epoch.
   */
  readonly keepEpochs?: boolean;
  /** Called after every epoch of some networks; after a loss of the device, again for those that are trained again. */
  onEpoch?(epoch: TrainedEpoch): Promise<void>;
  onTrained?(networks: readonly TrainedNetwork[]): Promise<void>;
  onMeasured?(
    neurons: readonly NeuronTable[],
    orders: readonly RemovalOrder[],
    repeats: readonly RepeatSummary[],
  ): Promise<void>;
  /** Called once for each group of networks, in order. */
  onAblated?(part: Ablated): void;
}

/** What the ablation of one or more networks yields. */
export type Ablated = Pick<StudyOutcome, "curves" | "singles">;

/**
 * Runs the study that `config` describes. Where a device is lost, the piece that it worked on is done again on the next.
 * @throws RunError on divergence and on device failures; UsageError never (the configuration is valid by then).
 */
export async function runStudy(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  clock: Clock,
  observer: StudyObserver = {},
): Promise<StudyOutcome> {
  const { timed, elapsedMs } = stageTimer(devices, clock);
  const plan = studyPlan(devices.current, sizeOf(dataset), config);
  observer.onPlan?.(plan);
  requireRoom(plan);
  const networks = await timed("train", () => trainAll(devices, dataset, config, observer));
  await observer.onTrained?.(networks);
  const warnings = learningWarnings(networks, dataset);
  for (const warning of warnings) observer.onWarning?.(warning);
  const found = await measureAndAblate(devices, dataset, config, networks, timed, observer);
  return { ...found, elapsedMs, ...(warnings.length > 0 && { warnings }) };
}

/** Does the work of a stage and keeps its time. */
type Timed = <T>(stage: Stage, work: () => Promise<T>) => Promise<T>;

export function stageTimer(devices: Devices, clock: Clock) {
  const elapsedMs: Partial<Record<Stage, number>> = {};
  const timed: Timed = async (stage, work) => {
    const start = clock();
    const result = await inStage(devices.current, stage, work);
    elapsedMs[stage] = clock() - start;
    return result;
  };
  return { timed, elapsedMs };
}

/**
 * The stages behind training, of networks from anywhere.
 * @throws RunError where a loss is not finite, and on device failures.
 */
export async function measureAndAblate(
  devices: Devices,
  dataset: AnyDataset,
  config: MeasuringConfig,
  networks: readonly TrainedNetwork[],
  timed: Timed,
  observer: StudyObserver,
): Promise<Omit<StudyOutcome, "elapsedMs">> {
  const measured = await timed("measure", () => measureAll(devices, dataset, config, networks, observer));
  const orders = await inStage(devices.current, "orders", async () => ordersOf(measured.neurons, config));
  await observer.onMeasured?.(measured.neurons, orders.flat(), measured.repeats);
  const ablated = await timed("ablate", () =>
    ablateAll(devices, dataset, config, networks, measured.neurons, orders, observer),
  );
  return { ...measured, networks, orders: orders.flat(), ...ablated };
}

/** Per network: the orders that the configuration asks for. */
export function ordersOf(neurons: readonly NeuronTable[], config: MeasuringConfig): RemovalOrder[][] {
  const { scopes, hidden, seed } = config;
  const options = { scopes: scopesOf(hidden.length, scopes), rankings: rankingsAsked(config), seed };
  return neurons.map((table) => removalOrders(table, options));
}

/** `repeat 3`, `repeats 0 to 4`. */
function named(repeats: readonly number[]): string {
  return repeats.length === 1 ? `repeat ${repeats[0]}` : `repeats ${repeats[0]} to ${repeats.at(-1)}`;
}

/**
 * The first stage: every network of the study.
 * @throws RunError on divergence and on device failures.
 */
export async function trainAll(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  { onProgress, onEpoch, keepEpochs = false }: StudyObserver = {},
): Promise<TrainedNetwork[]> {
  const size = sizeOf(dataset);
  const options = { ...config, shape: studyShape(dataset, config) };
  const labelled = withNoisyLabels(dataset, config);
  using split = new PerDevice((gpu) => splitOnDevice(gpu, labelled, "train"));
  const trained: TrainedNetwork[] = [];
  const kept = new KeptStates();
  const repeatsFrom = (first: number) => Array.from({ length: config.repeats - first }, (_, index) => first + index);
  const report = (group: readonly number[], { epochsDone, loss }: TrainingProgress): void => {
    const others = repeatsFrom(trained.length + group.length).map((repeat) => kept.epochsDone(repeat));
    onProgress?.({
      stage: "train",
      done: others.reduce((sum, epochs) => sum + epochs, trained.length * config.epochs + epochsDone * group.length),
      total: config.repeats * config.epochs,
      unit: "epochs",
      ...(loss === undefined ? {} : { note: `loss ${loss.toFixed(4)}` }),
    });
  };
  while (trained.length < config.repeats) {
    const networks = await devices.attempt((gpu) => {
      const plan = trainingPlan(gpu, size, config, config.repeats - trained.length);
      const group = kept.abreast(repeatsFrom(trained.length).slice(0, plan.portions[0]!.count));
      const observer: TrainingObserver = {
        onProgress: (progress) => report(group, progress),
        onEpoch: async (networks, losses, epoch) => onEpoch?.({ gpu, repeats: group, networks, epoch, losses }),
        ...(keepEpochs && { onState: (states) => kept.keep(states) }),
      };
      const run = () => trainNetworks(gpu, split.on(gpu), group, options, observer, kept.of(group));
      return { doing: `training ${named(group)}`, plan: stageText(plan), run };
    });
    kept.forget(networks.map(({ repeat }) => repeat));
    for (const one of networks) {
      trained.push({ ...one, network: { ...withInputsOf(one.network, dataset), ...inputOf(dataset) } });
    }
  }
  return trained;
}

/**
 * The second stage: accuracies, counts and measures of networks from anywhere.
 * @throws RunError where a loss is not finite, and on device failures.
 */
export async function measureAll(
  devices: Devices,
  dataset: AnyDataset,
  config: MeasuringConfig,
  networks: readonly TrainedNetwork[],
  { onProgress }: StudyObserver = {},
): Promise<Pick<StudyOutcome, "repeats" | "neurons">> {
  requireTreated(dataset, networks);
  const report = (done: number) => onProgress?.({ stage: "measure", done, total: networks.length, unit: "networks" });
  report(0);
  const size = sizeOf(dataset);
  using validation = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "validation"));
  using test = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "test"));
  const repeats: RepeatSummary[] = [];
  const neurons: NeuronTable[] = [];
  while (neurons.length < networks.length) {
    const measured = await devices.attempt((gpu) => {
      const plan = measuringPlan(gpu, size, config, networks.length - neurons.length);
      const group = networks.slice(neurons.length, neurons.length + plan.portions[0]!.count);
      const run = () => measureGroup(gpu, group, validation.on(gpu), test.on(gpu), config);
      return { doing: `measuring ${named(group.map(({ repeat }) => repeat))}`, plan: stageText(plan), run };
    });
    appendAll(repeats, measured.repeats);
    appendAll(neurons, measured.neurons);
    report(neurons.length);
  }
  return { repeats, neurons };
}

async function measureGroup(
  gpu: GpuContext,
  group: readonly TrainedNetwork[],
  validation: DevicePages,
  test: DevicePages,
  config: MeasuringConfig,
): Promise<Pick<StudyOutcome, "repeats" | "neurons">> {
  using onGpu = uploadNetworks(
    gpu,
    group.map(({ network }) => network),
  );
  const measures = measuresNamed(config.measures);
  const gathered = await gatherEvidence(gpu, onGpu, validation, { ...config, measures });
  const onTest = await evaluate(gpu, onGpu, test);
  requireFinite(gathered.evaluation, onTest, group, config);
  const repeats = group.map(({ repeat, trainLoss }, index) => ({
    repeat,
    validationAccuracy: gathered.evaluation.correct[index]! / validation.count,
    testAccuracy: onTest.correct[index]! / test.count,
    testCorrect: onTest.correct[index]!,
    testCorrectPerClass: [...onTest.correctPerClass.subarray(index * test.classes, (index + 1) * test.classes)],
    testLoss: onTest.loss[index]!,
    trainLoss,
  }));
  return { repeats, neurons: await inSpan(gpu, "measures", () => tablesOf(gathered, group, validation, measures)) };
}

/** @throws RunError that names the first network whose loss is not finite. */
function requireFinite(
  onValidation: Evaluation,
  onTest: Evaluation,
  trained: readonly TrainedNetwork[],
  config: MeasuringConfig,
): void {
  const broken = onTest.loss.findIndex((loss, index) => !Number.isFinite(loss + onValidation.loss[index]!));
  if (broken === -1) return;
  const { repeat, trainLoss } = trained[broken]!;
  throw isTrained(config)
    ? divergence(repeat, trainLoss.length, "loss on validation and test set", "not finite", config)
    : notFinite("the network's loss is not finite", isAnalysis(config) ? config.models[repeat]! : `repeat ${repeat}`);
}

/** Mean activations per hidden layer, from the table's column. */
export function meanActivations(table: NeuronTable, network: Network): Float32Array[] {
  let first = 0;
  return hiddenUnits(networkShape(network)).map((units) => {
    first += units;
    return table.meanActivation.subarray(first - units, first);
  });
}

/**
 * The third stage: curves and single removals of networks from anywhere.
 * @throws RunError on device failures.
 */
export async function ablateAll(
  devices: Devices,
  dataset: AnyDataset,
  config: MeasuringConfig,
  networks: readonly TrainedNetwork[],
  neurons: readonly NeuronTable[],
  orders: readonly (readonly RemovalOrder[])[],
  { onProgress, onAblated }: StudyObserver,
): Promise<Ablated> {
  requireTreated(dataset, networks);
  const size = sizeOf(dataset);
  using test = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "test"));
  const tasks = networks.map(({ network, repeat }, index) => {
    const means = meanActivations(neurons[index]!, network);
    const alone = neuronsAlone(networkShape(network), config, repeat);
    return { network, repeat, orders: orders[index]!, meanActivations: means, ...(alone && { alone }) };
  });
  const each = ablationEvaluations(tasks[0]!, config);
  const curves: AblationCurve[] = [];
  const singles: SingleRemovals[] = [];
  for (let finished = 0; finished < tasks.length; ) {
    const report = (done: number) => {
      const [now, total] = [finished * each + done, tasks.length * each];
      onProgress?.({ stage: "ablate", done: now, total, unit: "evaluations" });
    };
    const part = await devices.attempt((gpu) => {
      const plan = ablationPlan(gpu, size, config, tasks.length - finished);
      const group = tasks.slice(finished, finished + plan.portions[0]!.count);
      return {
        doing: `ablating ${named(group.map(({ repeat }) => repeat))}`,
        plan: stageText(plan),
        run: () => ablateNetworks(gpu, test.on(gpu), group, config, report),
      };
    });
    finished += part.curves.length;
    const ablated = { curves: part.curves.flat(), singles: part.singles.flat() };
    appendAll(curves, ablated.curves);
    appendAll(singles, ablated.singles);
    onAblated?.(ablated);
  }
  return { curves, singles };
}
