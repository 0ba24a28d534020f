/** The whole study: train, count, measure, order, ablate. Plain data in and out; no platform code. */
import { fastSweep } from "./ablation/fast-sweep.ts";
import { maskedSweep, type SweepTask } from "./ablation/masked-sweep.ts";
import { removalOrders, scopesOf } from "./ablation/orders.ts";
import { singleEvaluations, singleRemovals } from "./ablation/single-removals.ts";
import type { AblationCurve, RemovalOrder, SingleRemovals } from "./core/ablation.ts";
import type { Dataset, SplitName } from "./core/dataset.ts";
import { hiddenWidths, type Network, type TrainedNetwork } from "./core/network.ts";
import type { NetworkCounts } from "./core/neuron-counts.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import type { Clock } from "./core/platform.ts";
import type { ProgressListener, Stage } from "./core/progress.ts";
import type { DatasetSummary, RepeatSummary, StudyConfig } from "./core/study.ts";
import { classCounts } from "./data/class-counts.ts";
import type { GpuContext } from "./gpu/context.ts";
import { countNeurons } from "./gpu/count-neurons.ts";
import { type DeviceNetworks, uploadNetworks } from "./gpu/device-networks.ts";
import { type DeviceSplit, uploadSplit } from "./gpu/device-split.ts";
import { type Devices, PerDevice } from "./gpu/devices.ts";
import { evaluate } from "./gpu/evaluate.ts";
import { neuronTable } from "./measures/neuron-table.ts";
import { measureNamed } from "./measures/registry.ts";
import {
  ablationPlan,
  measuringPlan,
  requireRoom,
  type StudyPlan,
  stageText,
  studyPlan,
  trainingPlan,
} from "./plan.ts";
import { divergence, type TrainingProgress, trainNetworks } from "./train/trainer.ts";

/** Everything computed; files and reports are made from it. */
export interface StudyOutcome {
  readonly repeats: readonly RepeatSummary[];
  readonly networks: readonly TrainedNetwork[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly curves: readonly AblationCurve[];
  readonly singles: readonly SingleRemovals[];
  readonly elapsedMs: Readonly<Partial<Record<Stage, number>>>;
}

/** Told of each stage's yield as soon as it exists, so that it can be kept should a later stage fail. */
export interface StudyObserver {
  readonly onProgress?: ProgressListener;
  onPlan?(plan: StudyPlan): void;
  onTrained?(networks: readonly TrainedNetwork[]): Promise<void>;
  onMeasured?(neurons: readonly NeuronTable[], orders: readonly RemovalOrder[]): Promise<void>;
  /** Called for some networks after another, in order. */
  onAblated?(part: Ablated): void;
}

/** What the ablation of one or more networks yields. */
export type Ablated = Pick<StudyOutcome, "curves" | "singles">;

export function summarizeDataset({
  name,
  train,
  validation,
  test,
  features,
  sampleShape,
  classes,
  sha256,
}: Dataset): DatasetSummary {
  const counts = { train: train.count, validation: validation.count, test: test.count };
  return { name, ...counts, features, sampleShape, classes, sha256 };
}

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
  const elapsedMs: Partial<Record<Stage, number>> = {};
  const timed = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    const start = clock();
    const result = await work();
    elapsedMs[stage] = clock() - start;
    return result;
  };
  const plan = studyPlan(devices.current, summarizeDataset(dataset), config);
  observer.onPlan?.(plan);
  requireRoom(plan);
  const networks = await timed("train", () => trainAll(devices, dataset, config, observer));
  await observer.onTrained?.(networks);
  const measured = await timed("measure", () => measureAll(devices, dataset, config, networks, observer));
  const orders = measured.neurons.map((table) => removalOrders(table, orderOptions(config)));
  await observer.onMeasured?.(measured.neurons, orders.flat());
  const ablated = await timed("ablate", () =>
    ablateAll(devices, dataset, config, networks, measured.neurons, orders, observer),
  );
  return { ...measured, networks, orders: orders.flat(), ...ablated, elapsedMs };
}

function orderOptions({ scopes, hidden, measures, randomDraws, seed }: StudyConfig) {
  const ids = measures.map((name) => measureNamed(name)!.id);
  return { scopes: scopesOf(hidden.length, scopes), measures: ids, randomDraws, seed };
}

function onDevice(gpu: GpuContext, dataset: Dataset, name: SplitName): DeviceSplit {
  return uploadSplit(gpu, name, dataset[name], dataset.features, dataset.classes);
}

/** `repeat 3`, `repeats 0 to 4`. */
function named(repeats: readonly number[]): string {
  return repeats.length === 1 ? `repeat ${repeats[0]}` : `repeats ${repeats[0]} to ${repeats.at(-1)}`;
}

async function trainAll(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  { onProgress }: StudyObserver,
): Promise<TrainedNetwork[]> {
  const size = summarizeDataset(dataset);
  const options = { ...config, widths: [dataset.features, ...config.hidden, dataset.classes] };
  using split = new PerDevice((gpu) => onDevice(gpu, dataset, "train"));
  const trained: TrainedNetwork[] = [];
  const report = (group: number, { epochsDone, loss }: TrainingProgress): void => {
    onProgress?.({
      stage: "train",
      done: trained.length * config.epochs + epochsDone * group,
      total: config.repeats * config.epochs,
      unit: "epochs",
      ...(loss === undefined ? {} : { note: `loss ${loss.toFixed(4)}` }),
    });
  };
  while (trained.length < config.repeats) {
    const networks = await devices.attempt((gpu) => {
      const plan = trainingPlan(gpu, size, config, config.repeats - trained.length);
      const group = Array.from({ length: plan.portions[0]!.count }, (_, index) => trained.length + index);
      const run = () => trainNetworks(gpu, split.on(gpu), group, options, (progress) => report(group.length, progress));
      return { doing: `training ${named(group)}`, plan: stageText(plan), run };
    });
    trained.push(...networks);
  }
  return trained;
}

async function measureAll(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  networks: readonly TrainedNetwork[],
  { onProgress }: StudyObserver,
): Promise<Pick<StudyOutcome, "repeats" | "neurons">> {
  const report = (done: number) => onProgress?.({ stage: "measure", done, total: networks.length, unit: "networks" });
  report(0);
  const size = summarizeDataset(dataset);
  using validation = new PerDevice((gpu) => onDevice(gpu, dataset, "validation"));
  using test = new PerDevice((gpu) => onDevice(gpu, dataset, "test"));
  const repeats: RepeatSummary[] = [];
  const neurons: NeuronTable[] = [];
  while (neurons.length < networks.length) {
    const measured = await devices.attempt((gpu) => {
      const plan = measuringPlan(gpu, size, config, networks.length - neurons.length);
      const group = networks.slice(neurons.length, neurons.length + plan.portions[0]!.count);
      const run = () => measureGroup(gpu, group, validation.on(gpu), test.on(gpu), config);
      return { doing: `measuring ${named(group.map(({ repeat }) => repeat))}`, plan: stageText(plan), run };
    });
    repeats.push(...measured.repeats);
    neurons.push(...measured.neurons);
    report(neurons.length);
  }
  return { repeats, neurons };
}

async function measureGroup(
  gpu: GpuContext,
  group: readonly TrainedNetwork[],
  validation: DeviceSplit,
  test: DeviceSplit,
  config: StudyConfig,
): Promise<Pick<StudyOutcome, "repeats" | "neurons">> {
  using onGpu = uploadNetworks(
    gpu,
    group.map(({ network }) => network),
  );
  const repeats = await accuracies(gpu, onGpu, group, validation, test, config);
  return { repeats, neurons: await tables(gpu, onGpu, group, validation) };
}

async function accuracies(
  gpu: GpuContext,
  networks: DeviceNetworks,
  trained: readonly TrainedNetwork[],
  validation: DeviceSplit,
  test: DeviceSplit,
  config: StudyConfig,
): Promise<RepeatSummary[]> {
  const onValidation = await evaluate(gpu, networks, validation);
  const onTest = await evaluate(gpu, networks, test);
  const broken = onTest.loss.findIndex((loss, index) => !Number.isFinite(loss + onValidation.loss[index]!));
  if (broken !== -1) {
    const { repeat, trainLoss } = trained[broken]!;
    throw divergence(repeat, trainLoss.length, "loss on validation and test set", "not finite", config);
  }
  return trained.map(({ repeat, trainLoss }, index) => ({
    repeat,
    validationAccuracy: onValidation.correct[index]! / validation.count,
    testAccuracy: onTest.correct[index]! / test.count,
    testCorrect: onTest.correct[index]!,
    testLoss: onTest.loss[index]!,
    trainLoss,
  }));
}

/** Counts on the validation set and the measures of every hidden neuron. */
async function tables(
  gpu: GpuContext,
  networks: DeviceNetworks,
  trained: readonly TrainedNetwork[],
  validation: DeviceSplit,
): Promise<NeuronTable[]> {
  const layers = await countNeurons(gpu, networks, validation);
  const samplesPerClass = classCounts(validation.host.labels, validation.classes);
  return trained.map(({ repeat, network }, index) => {
    const counts: NetworkCounts = { repeat, classes: validation.classes, samplesPerClass, layers: layers[index]! };
    return neuronTable(counts, network);
  });
}

/** Mean activations per hidden layer, from the table's column. */
export function meanActivations(table: NeuronTable, network: Network): Float32Array[] {
  const widths = hiddenWidths([0, ...network.layers.map((layer) => layer.outputs)]);
  let first = 0;
  return widths.map((width) => {
    first += width;
    return table.meanActivation.subarray(first - width, first);
  });
}

const sweeps = { fast: fastSweep, masked: maskedSweep } as const;

async function ablateAll(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  networks: readonly TrainedNetwork[],
  neurons: readonly NeuronTable[],
  orders: readonly (readonly RemovalOrder[])[],
  { onProgress, onAblated }: StudyObserver,
): Promise<Ablated> {
  const size = summarizeDataset(dataset);
  using test = new PerDevice((gpu) => onDevice(gpu, dataset, "test"));
  const curves: AblationCurve[] = [];
  const singles: SingleRemovals[] = [];
  for (const [index, { network, repeat }] of networks.entries()) {
    const task = { network, orders: orders[index]!, meanActivations: meanActivations(neurons[index]!, network) };
    const report = (done: number, each: number) => {
      onProgress?.({ stage: "ablate", done: index * each + done, total: networks.length * each, unit: "evaluations" });
    };
    const part = await devices.attempt((gpu) => ({
      doing: `ablating ${named([repeat])}`,
      plan: stageText(ablationPlan(gpu, size, config)),
      run: () => ablate(gpu, test.on(gpu), task, repeat, config, report),
    }));
    curves.push(...part.curves);
    singles.push(...part.singles);
    onAblated?.(part);
  }
  return { curves, singles };
}

/** @param report told of evaluations done and to do */
async function ablate(
  gpu: GpuContext,
  test: DeviceSplit,
  task: SweepTask,
  repeat: number,
  { modes, stride, sweep }: StudyConfig,
  report: (done: number, total: number) => void,
): Promise<Ablated> {
  const alone = singleEvaluations(task.network, modes);
  let swept = 0;
  const curves = await sweeps[sweep](gpu, test, task, { modes, stride }, (done, ofSweep) => {
    swept = ofSweep;
    report(done, ofSweep + alone);
  });
  const singles = await singleRemovals(gpu, test, task, repeat, modes, (done) => report(swept + done, swept + alone));
  return { curves, singles };
}
