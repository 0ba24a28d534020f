/**
 * gpu-importance as a library, for Node: networks and data from files, and what the commands compute, as plain data.
 *
 * Shapes stand in brackets, row-major: weights `[outputs, inputs]`. Measures are in bits, losses in nats, accuracies are
 * shares from 0 to 1. Hidden layers count from 1, neurons from 0. A failure that a user can mend is a `RunError`, a request
 * that makes no sense a `UsageError`, both with `fault`: what, where, expected, found, fix.
 *
 * WebGPU's threads keep a process of Node alive: a program ends with `process.exit()`.
 * @module
 */
import { ablateNetworks } from "./ablation/ablate-networks.ts";
import { removalOrders, scopesOf } from "./ablation/orders.ts";
import { type OpenedNetwork, openNetwork } from "./cli/model-options.ts";
import { deviceMemoryBytes } from "./cli/open-device.ts";
import { readStudyData } from "./cli/study-data.ts";
import type { AblationCurve, NeuronAddress, SingleRemovals } from "./core/ablation.ts";
import type { Dataset, SplitName } from "./core/dataset.ts";
import { UsageError } from "./core/errors.ts";
import type { Network } from "./core/network.ts";
import { requireFit } from "./core/network-fit.ts";
import { studyDefaults } from "./core/study-defaults.ts";
import type { TileForm } from "./core/tiles.ts";
import { inputsForNetworks } from "./data/inputs-for-networks.ts";
import type { DataOptions } from "./data/open-data.ts";
import { createContext, type GpuContext } from "./gpu/context.ts";
import { splitOnDevice } from "./gpu/device-split.ts";
import { readActivations } from "./gpu/read-activations.ts";
import type { AblateOptions } from "./library.ts";
import { measures } from "./measures/registry.ts";
import type { ReadOptions } from "./models/model-reader.ts";
import { openAdapter } from "./platform/node/adapters.ts";
import { chooseRemovals, type MeasuredNetwork, type PruneRequest, requireMeasure } from "./pruning/choose-removals.ts";
import { type Accuracies, accuraciesOf, measureOn } from "./pruning/measure-network.ts";

export type { OpenedNetwork } from "./cli/model-options.ts";
export type * from "./core/ablation.ts";
export type {
  LayerActivation,
  NetworkActivation,
  SlopedKind,
  StudyActivation,
} from "./core/activation.ts";
export {
  activations,
  defaultAlphas,
  layerActivation,
  studyActivations,
} from "./core/activation.ts";
export type * from "./core/dataset.ts";
export { type Fault, RunError, UsageError } from "./core/errors.ts";
export type { AppliedTreatment, InputTreatment, KnownInputs, TreatmentOrigin } from "./core/input-treatment.ts";
export { type WeightsLayout, weightsLayouts } from "./core/layer-chain.ts";
export type { Activation, DenseLayer, Network, TrainedNetwork } from "./core/network.ts";
export type { LevelCounts } from "./core/neuron-counts.ts";
export type { NeuronTable } from "./core/neuron-table.ts";
export { type ProgressEvent, type ProgressListener, type Stage, stages } from "./core/progress.ts";
export { type BinRule, binRules } from "./core/quantization.ts";
export type * from "./core/study.ts";
export { type Product, products, type TileForm, type TileForms, tileForms } from "./core/tiles.ts";
export type { DataOptions } from "./data/open-data.ts";
export type { GpuContext } from "./gpu/context.ts";
export { type AblateOptions, type AnalyzeOptions, analyze, writeResults } from "./library.ts";
export type { Measure, NeuronEvidence } from "./measures/measure.ts";
export { measures } from "./measures/registry.ts";
export type { ReadOptions } from "./models/model-reader.ts";
export { encodeNpz } from "./models/numpy/numpy-model.ts";
export { encodeOnnx } from "./models/onnx/onnx-writer.ts";
export { pruneNetwork } from "./models/prune.ts";
export { encodeSafetensors } from "./models/safetensors-model.ts";
export type { MeasuredNetwork, PruneAmount, PruneRequest, PruneScope } from "./pruning/choose-removals.ts";
export type { Accuracies } from "./pruning/measure-network.ts";

/**
 * A network of any format that is read: safetensors, ONNX, NumPy, Keras, TensorFlow.js.
 * @param path a file, or a folder of .npy files or of a TensorFlow.js model
 * @param options what the file leaves unsaid
 * @throws RunError where the file is missing or damaged, or is no chain of dense layers that can be measured; UsageError
 * where an option has to say what the file does not.
 */
export function loadNetwork(path: string, options: ReadOptions = {}): Promise<OpenedNetwork> {
  return openNetwork(path, options);
}

/**
 * Data as `--data` names them: `mnist` (embedded digits), the name of data that were fetched, or a path.
 * @returns training, validation and test set, inputs `[samples, features]`
 * @throws RunError where there are none or they are damaged, UsageError where an option does not fit them.
 */
export function loadData(source: string, options: DataOptions = {}): Promise<Dataset> {
  return readStudyData({ ...options, data: source }, () => {});
}

export interface OpenDeviceOptions {
  /** Part of an adapter's name, as `gpu-importance doctor` lists them; by default the best. */
  readonly adapter?: string;
  /** Bytes to plan with; by default half of what there is. */
  readonly memoryBytes?: number;
  /** Form of the kernels; by default what suits such an adapter. It changes rounding, so fix it to compare bits. */
  readonly tiles?: TileForm;
}

/**
 * A device to compute on. Dispose of it (`using`, or `[Symbol.dispose]()`) when done.
 * @throws RunError where there is no such adapter.
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<GpuContext> {
  const { adapter, facts } = await openAdapter({ name: options.adapter });
  const memoryBytes = options.memoryBytes ?? deviceMemoryBytes(facts, undefined);
  return createContext(adapter, facts, { memoryBytes, ...(options.tiles && { tiles: options.tiles }) });
}

/** The data as the network takes them, and the network with what that is. @throws RunError, UsageError where they do not fit */
function prepared(dataset: Dataset, network: Network, file: string): { dataset: Dataset; network: Network } {
  requireFit(network, dataset, file);
  const { dataset: inputs, networks } = inputsForNetworks(dataset, [{ file, network }]);
  return { dataset: inputs, network: networks[0]!.network };
}

export interface NetworkMeasures extends MeasuredNetwork {
  readonly accuracies: Accuracies;
}

/**
 * Accuracies of the networks on all three sets, and every measure of every hidden neuron, from the validation set.
 * @returns one for each network; `table.measures.mutual_information` is `[neurons of all hidden layers]`, bits
 * @throws RunError where a network does not fit the data, or the device fails.
 */
export async function measureNetworks(
  gpu: GpuContext,
  dataset: Dataset,
  networks: readonly Network[],
): Promise<NetworkMeasures[]> {
  const measured: NetworkMeasures[] = [];
  for (const [index, given] of networks.entries()) {
    const { network, dataset: inputs } = prepared(dataset, given, `network ${index}`);
    using validation = splitOnDevice(gpu, inputs, "validation");
    const accuracies = await accuraciesOf(gpu, network, inputs);
    measured.push({ accuracies, ...(await measureOn(gpu, validation, network, index)) });
  }
  return measured;
}

/**
 * What the neurons of one hidden layer put out for every sample of a split.
 * @param layer from 1
 * @returns `[neurons, samples]`, before they are quantised
 * @throws RunError where the network does not fit the data, UsageError where it has no such layer.
 */
export async function activationsOf(
  gpu: GpuContext,
  dataset: Dataset,
  network: Network,
  split: SplitName,
  layer: number,
): Promise<Float32Array> {
  const { dataset: inputs } = prepared(dataset, network, "network");
  const most = network.layers.length - 1;
  if (!Number.isInteger(layer) || layer < 1 || layer > most)
    throw new UsageError({ what: "the network has no such hidden layer", expected: `1 to ${most}`, found: `${layer}` });
  using samples = splitOnDevice(gpu, inputs, split);
  return await readActivations(gpu, network, samples, layer);
}

/**
 * Removes the neurons of a measured network, one order after another and each alone, and evaluates on the test set.
 * @returns curves: one for each scope, order and mode; singles: one for each hidden layer and mode
 * @throws UsageError where there is no such measure, RunError with what the device reported.
 */
export async function ablate(
  gpu: GpuContext,
  dataset: Dataset,
  { network, table, meanActivations }: MeasuredNetwork,
  options: AblateOptions = {},
): Promise<{ curves: AblationCurve[]; singles: SingleRemovals[] }> {
  const { scopes, seed, randomDraws, ...sweep } = { ...studyDefaults, ...options };
  const names = options.measures ?? measures.map(({ name }) => name);
  const ids = names.map((name) => requireMeasure(name).id);
  const ofScopes = scopesOf(network.layers.length - 1, scopes);
  const orders = removalOrders(table, { scopes: ofScopes, measures: ids, randomDraws, seed });
  using test = splitOnDevice(gpu, prepared(dataset, network, "network").dataset, "test");
  const task = { network, repeat: table.repeat, orders, meanActivations };
  const { curves, singles } = await ablateNetworks(gpu, test, [task], sweep);
  return { curves: curves.flat(), singles: singles.flat() };
}

/**
 * The neurons to remove for `pruneNetwork`, lowest value of the measure first, chosen on the validation set alone.
 * @param request its `amount`: `{ keepShare: 0.5 }`, `{ keepCount: 64 }`, or `{ maxAccuracyLoss: 0.005 }`, a share of samples
 * @throws UsageError where measure, scope or number do not fit the network; RunError with what the device reported.
 */
export async function chooseNeurons(
  gpu: GpuContext,
  dataset: Dataset,
  measured: MeasuredNetwork,
  request: PruneRequest,
): Promise<readonly NeuronAddress[]> {
  const { dataset: inputs } = prepared(dataset, measured.network, "network");
  using validation = splitOnDevice(gpu, inputs, "validation");
  return await chooseRemovals(gpu, validation, measured, request);
}
