/** The whole study: train, count, measure, order, ablate. Plain data in and out; no platform code. */
import { fastSweep } from "./ablation/fast-sweep.ts";
import { maskedSweep } from "./ablation/masked-sweep.ts";
import { removalOrders, scopesOf } from "./ablation/orders.ts";
import { singleEvaluations, singleRemovals } from "./ablation/single-removals.ts";
import type { AblationCurve, RemovalOrder, SingleRemovals } from "./core/ablation.ts";
import type { Dataset, SplitName } from "./core/dataset.ts";
import { hiddenWidths, type Network, type TrainedNetwork, type Widths, widthsOf } from "./core/network.ts";
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
import { evaluate } from "./gpu/evaluate.ts";
import { networksAtOnce } from "./gpu/networks-at-once.ts";
import { inSpan, inStage } from "./gpu/profiler.ts";
import { neuronTable } from "./measures/neuron-table.ts";
import { measureNamed } from "./measures/registry.ts";
import { replicaGroups } from "./train/replica-groups.ts";
import { divergence, trainNetworks } from "./train/trainer.ts";

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
  onTrained?(networks: readonly TrainedNetwork[]): Promise<void>;
  onMeasured?(neurons: readonly NeuronTable[], orders: readonly RemovalOrder[]): Promise<void>;
}

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
 * Runs the study that `config` describes.
 * @throws RunError on divergence and on device failures; UsageError never (the configuration is valid by then).
 */
export async function runStudy(
  gpu: GpuContext,
  dataset: Dataset,
  config: StudyConfig,
  clock: Clock,
  observer: StudyObserver = {},
): Promise<StudyOutcome> {
  const elapsedMs: Partial<Record<Stage, number>> = {};
  const timed = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    const start = clock();
    const result = await inStage(gpu, stage, work);
    elapsedMs[stage] = clock() - start;
    return result;
  };
  const networks = await timed("train", () => trainAll(gpu, dataset, config, observer));
  await observer.onTrained?.(networks);
  const measured = await timed("measure", () => measureAll(gpu, dataset, config, networks, observer));
  const orders = await inStage(gpu, "orders", async () =>
    measured.neurons.map((table) => removalOrders(table, orderOptions(config))),
  );
  await observer.onMeasured?.(measured.neurons, orders.flat());
  const ablated = await timed("ablate", () =>
    ablateAll(gpu, dataset, config, networks, measured.neurons, orders, observer),
  );
  return { ...measured, networks, orders: orders.flat(), ...ablated, elapsedMs };
}

function orderOptions({ scopes, hidden, measures, randomDraws, seed }: StudyConfig) {
  const ids = measures.map((name) => measureNamed(name)!.id);
  return { scopes: scopesOf(hidden.length, scopes), measures: ids, randomDraws, seed };
}

function onDevice(gpu: GpuContext, dataset: Dataset, name: SplitName): DeviceSplit {
  return inSpan(gpu, "pack data", () => uploadSplit(gpu, name, dataset[name], dataset.features, dataset.classes));
}

async function trainAll(
  gpu: GpuContext,
  dataset: Dataset,
  config: StudyConfig,
  { onProgress }: StudyObserver,
): Promise<TrainedNetwork[]> {
  const widths: Widths = [dataset.features, ...config.hidden, dataset.classes];
  const repeats = Array.from({ length: config.repeats }, (_, repeat) => repeat);
  using split = onDevice(gpu, dataset, "train");
  const trained: TrainedNetwork[] = [];
  for (const group of replicaGroups(gpu, repeats, widths, split.count, config.batchSize)) {
    const before = trained.length * config.epochs;
    const networks = await trainNetworks(gpu, split, group, { ...config, widths }, ({ epochsDone, loss }) => {
      onProgress?.({
        stage: "train",
        done: before + epochsDone * group.length,
        total: config.repeats * config.epochs,
        unit: "epochs",
        ...(loss === undefined ? {} : { note: `loss ${loss.toFixed(4)}` }),
      });
    });
    trained.push(...networks);
  }
  return trained;
}

async function measureAll(
  gpu: GpuContext,
  dataset: Dataset,
  config: StudyConfig,
  networks: readonly TrainedNetwork[],
  { onProgress }: StudyObserver,
): Promise<Pick<StudyOutcome, "repeats" | "neurons">> {
  const report = (done: number) => onProgress?.({ stage: "measure", done, total: networks.length, unit: "networks" });
  report(0);
  using validation = onDevice(gpu, dataset, "validation");
  using test = onDevice(gpu, dataset, "test");
  const repeats: RepeatSummary[] = [];
  const neurons: NeuronTable[] = [];
  const samples = Math.max(validation.count, test.count);
  const atOnce = networksAtOnce(gpu, widthsOf(networks[0]!.network), samples);
  for (let first = 0; first < networks.length; first += atOnce) {
    const group = networks.slice(first, first + atOnce);
    using onGpu = uploadNetworks(
      gpu,
      group.map(({ network }) => network),
    );
    repeats.push(...(await accuracies(gpu, onGpu, group, validation, test, config)));
    neurons.push(...(await tables(gpu, onGpu, group, validation)));
    report(neurons.length);
  }
  return { repeats, neurons };
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
  return inSpan(gpu, "measures", () =>
    trained.map(({ repeat, network }, index) => {
      const counts: NetworkCounts = { repeat, classes: validation.classes, samplesPerClass, layers: layers[index]! };
      return neuronTable(counts, network);
    }),
  );
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
  gpu: GpuContext,
  dataset: Dataset,
  { modes, stride, sweep }: StudyConfig,
  networks: readonly TrainedNetwork[],
  neurons: readonly NeuronTable[],
  orders: readonly (readonly RemovalOrder[])[],
  { onProgress }: StudyObserver,
): Promise<Pick<StudyOutcome, "curves" | "singles">> {
  using test = onDevice(gpu, dataset, "test");
  const curves: AblationCurve[] = [];
  const singles: SingleRemovals[] = [];
  for (const [index, { network, repeat }] of networks.entries()) {
    const task = { network, orders: orders[index]!, meanActivations: meanActivations(neurons[index]!, network) };
    const alone = singleEvaluations(network, modes);
    const report = (done: number, ofSweep: number) => {
      const each = ofSweep + alone;
      const total = networks.length * each;
      onProgress?.({ stage: "ablate", done: index * each + done, total, unit: "evaluations" });
    };
    let swept = 0;
    const found = await sweeps[sweep](gpu, test, task, { modes, stride }, (done, ofSweep) => {
      swept = ofSweep;
      report(done, ofSweep);
    });
    curves.push(...found);
    singles.push(...(await singleRemovals(gpu, test, task, repeat, modes, (done) => report(swept + done, swept))));
  }
  return { curves, singles };
}
