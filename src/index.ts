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

import { type AblationTask, ablateNetworks, constantModesOf } from "./ablation/ablate-networks.ts";
import { fitModes, needsFitting } from "./ablation/modes/fit-modes.ts";
import { neuronsAlone } from "./ablation/neurons-alone.ts";
import { removalOrders } from "./ablation/orders.ts";
import { rankingsOf } from "./ablation/rankings.ts";
import { pairRemovals } from "./ablation/walks/pair-removals.ts";
import {
  type AblationCurve,
  type AblationMode,
  ablationModes,
  type NeuronAddress,
  recordedSingles,
  type SingleRemovals,
} from "./core/ablation.ts";
import {
  type Activation,
  activations,
  hiddenActivations,
  type LayerActivation,
  layerActivation as withDefault,
} from "./core/activation.ts";
import { type AnyDataset, type Dataset, type SplitName, splitNames } from "./core/dataset.ts";
import { UsageError } from "./core/errors.ts";
import { type Network, networkShape } from "./core/network.ts";
import { fittedTo, notFinite } from "./core/network-fit.ts";
import { oneName, wholeNumber } from "./core/option-checks.ts";
import type { PairRemovals } from "./core/pair-removals.ts";
import { requireDataset } from "./core/require-dataset.ts";
import { requireNetwork } from "./core/require-network.ts";
import { requireOptions, requireValue } from "./core/require-options.ts";
import type { ChannelOrder } from "./core/sample-axes.ts";
import { scopesOf } from "./core/scope.ts";
import { studyDefaults } from "./core/study-defaults.ts";
import type { DataOptions } from "./data/open-data.ts";
import { availableForms, createContext, type GpuContext, requireDevice } from "./gpu/device/context.ts";
import { inTurn } from "./gpu/device/turns.ts";
import { given } from "./host/given.ts";
import { levelConfig } from "./host/level-config.ts";
import { deviceMemoryBytes } from "./host/open-device.ts";
import { openNetwork } from "./host/open-network.ts";
import { readStudyData } from "./host/study-data.ts";
import {
  type AblateOptions,
  ablateChecks,
  dataChecks,
  dataSource,
  deviceChecks,
  fitChecks,
  fitting,
  fittingMeasured,
  type MeasureOptions,
  measureChecks,
  measuredColumns,
  type OpenDeviceOptions,
  path as pathCheck,
  readChecks,
  requireColumn,
  requireList,
  requireOrdering,
  requirePruneRequest,
} from "./library-options.ts";
import { type MeasuredNetwork, measureNetwork } from "./measure-networks.ts";
import { allowedMeasures, asksForAll, measuresNamed, sequencesNamed } from "./measures/measure-choice.ts";
import { paperMeasureNames } from "./measures/paper-measures.ts";
import { shapleyConfig } from "./measures/shapley-config.ts";
import type { ReadOptions } from "./models/model-reader.ts";
import { encodeNpz as toNpz } from "./models/numpy/numpy-model.ts";
import { encodeOnnx as toOnnx } from "./models/onnx/onnx-writer.ts";
import type { OpenedNetwork } from "./models/open-network.ts";
import { pruneNetwork as withoutNeurons } from "./models/prune.ts";
import { encodeSafetensors as toSafetensors } from "./models/safetensors-model.ts";
import { splitOnDevice } from "./passes/device-split.ts";
import { readActivations } from "./passes/read-activations.ts";
import { openAdapter } from "./platform/node/adapters.ts";
import { type Accuracies, accuraciesOf } from "./pruning/accuracies.ts";
import { chooseRemovals, type PruneRequest } from "./pruning/choose-removals.ts";
import { requireAddresses, requireConstants } from "./pruning/require-measured.ts";
import { standInsFor, withFits, withoutRemoved } from "./pruning/stand-ins.ts";

export type * from "./core/ablation.ts";
export type {
  Activation,
  LayerActivation,
  NetworkActivation,
  SlopedKind,
  StudyActivation,
} from "./core/activation.ts";
export { activations, defaultAlphas, studyActivations } from "./core/activation.ts";
export type { MeanAndDeviation } from "./core/channel-treatment.ts";
export type * from "./core/dataset.ts";
export { type Fault, RunError, UsageError } from "./core/errors.ts";
export type * from "./core/evidence.ts";
export type { AppliedTreatment, InputTreatment, KnownInputs, TreatmentOrigin } from "./core/input-treatment.ts";
export type { InputType } from "./core/input-type.ts";
export { type WeightsLayout, weightsLayouts } from "./core/layer-chain.ts";
export type { DenseLayer } from "./core/layers/dense.ts";
export type { LayerParameters } from "./core/layers/layer-kind.ts";
export type { Layer } from "./core/layers/registry.ts";
export type {
  InputForm,
  Network,
  SingleOutput,
  TrainedNetwork,
} from "./core/network.ts";
export type { NeuronTable } from "./core/neuron-table.ts";
export type { PairRemovals } from "./core/pair-removals.ts";
export { type ProgressEvent, type ProgressListener, type Stage, stages } from "./core/progress.ts";
export { type BinRule, binRules } from "./core/quantization.ts";
export { type ChannelOrder, channelOrders } from "./core/sample-axes.ts";
export { parseScope, type Scope, type ScopeKind, type ScopeText, scopeText } from "./core/scope.ts";
export type * from "./core/study.ts";
export { type Product, products, type TileForm, type TileForms, tileForms } from "./core/tiles.ts";
export type { DataOptions } from "./data/open-data.ts";
export type { GpuContext } from "./gpu/device/context.ts";
export { analyze, writeResults } from "./library.ts";
export type { AblateOptions, AnalyzeOptions, MeasureOptions, OpenDeviceOptions } from "./library-options.ts";
export type { MeasuredNetwork } from "./measure-networks.ts";
export type { Measure, MeasureTraits } from "./measures/measure.ts";
export { paperMeasures } from "./measures/paper-measures.ts";
export { measures } from "./measures/registry.ts";
export type { ReadOptions } from "./models/model-reader.ts";
export type { OpenedNetwork } from "./models/open-network.ts";
export type { Accuracies } from "./pruning/accuracies.ts";
export type { PruneAmount, PruneRequest, PruneScope } from "./pruning/choose-removals.ts";

/**
 * A network of any format that is read: safetensors, ONNX, NumPy, Keras, TensorFlow.js.
 * @param path a file, or a folder of .npy files or of a TensorFlow.js model
 * @param options what the file leaves unsaid
 * @throws RunError where the file is missing or damaged, or is no chain of dense layers that can be measured; UsageError
 * where an option has to say what the file does not.
 */
export async function loadNetwork(path: string, options: ReadOptions = {}): Promise<OpenedNetwork> {
  const where = "loadNetwork";
  return openNetwork(requireValue(path, pathCheck, "path", where), requireOptions(options, readChecks, where));
}

/**
 * The network as one that takes samples as the data hold them. `analyze`, `measureNetworks` and `activationsOf` do it themselves; it
 * is for networks of pictures with colours whose files do not say where they have the channels.
 * @param options `channels`: `first` ([channels, height, width], PyTorch) or `last` ([height, width, channels], Keras)
 * @throws RunError where inputs or outputs are not those of the data; UsageError where the order is not known, or the file says
 * another.
 */
export function fitNetwork(
  network: Network,
  dataset: AnyDataset,
  options: { readonly channels?: ChannelOrder } = {},
): Network {
  const { channels } = requireOptions(options, fitChecks, "fitNetwork");
  const known = requireNetwork(network, "network");
  return fittedTo(known, requireDataset(dataset, "dataset"), {
    where: "network",
    ...(channels === undefined ? {} : { channels }),
  }).network;
}

/**
 * Data as `--data` names them: `mnist` (embedded digits), the name of data that were fetched, or a path.
 * @returns training, validation and test set, inputs `[samples, features]`
 * @throws RunError where there are none or they are damaged, UsageError where an option does not fit them.
 */
export async function loadData(source: string, options: DataOptions = {}): Promise<Dataset> {
  const data = requireValue(source, dataSource, "source", "loadData");
  return readStudyData({ ...requireOptions(options, dataChecks, "loadData"), data }, () => {});
}

/**
 * A device to compute on. Dispose of it (`using`, or `[Symbol.dispose]()`) when done.
 * What is asked of one device at the same time is done one after the other.
 * @throws RunError where there is no such adapter, UsageError where it cannot run the kernels of `tiles`.
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<GpuContext> {
  const { adapter: name, memoryBytes, tiles } = requireOptions(options, deviceChecks, "openDevice");
  const { adapter, facts } = await openAdapter({ name });
  const bytes = memoryBytes ?? deviceMemoryBytes(facts, undefined);
  const gpu = await createContext(adapter, facts, { memoryBytes: bytes, ...(tiles && { tiles }) });
  const forms = availableForms(gpu);
  const impossible = Object.values(gpu.tiles).find((form) => !forms.includes(form));
  if (impossible === undefined) return gpu;
  gpu[Symbol.dispose]();
  const fault = { what: `this adapter has no ${impossible} kernels`, where: "openDevice", expected: forms.join(", ") };
  throw new UsageError({ ...fault, found: facts.description, fix: "leave tiles out" });
}

export interface NetworkMeasures extends MeasuredNetwork {
  readonly accuracies: Accuracies;
}

/**
 * Accuracies of the networks on all three sets, and the measures of every hidden neuron, from the validation set.
 * @returns one for each network; `table.measures.mutual_information` is `[neurons of all hidden layers]`, bits
 * @throws RunError where a network does not fit the data, or the device fails; UsageError where there is no such measure.
 */
export async function measureNetworks(
  gpu: GpuContext,
  dataset: Dataset,
  networks: readonly Network[],
  options: MeasureOptions = {},
): Promise<NetworkMeasures[]> {
  const where = "measureNetworks";
  const asked = requireOptions(options, measureChecks, where);
  const { measures: names = paperMeasureNames, ...how } = asked;
  levelConfig(asked, where);
  shapleyConfig({ ...asked, measures: names }, where);
  const data = requireDataset(dataset, "dataset");
  const known = requireList(networks, "networks", where).map((network, index) => {
    const fitted = fitting(network, data, `network ${index}`);
    const { activation, layers } = fitted.network;
    const allowed = allowedMeasures(names, hiddenActivations(activation, layers.length));
    const request = { measures: measuresNamed(allowed.names), sequences: sequencesNamed(allowed.names) };
    return { ...fitted, request: { ...how, ...request } };
  });
  return inTurn(requireDevice(gpu, where), async () => {
    const measured: NetworkMeasures[] = [];
    for (const [index, fitted] of known.entries()) {
      using validation = splitOnDevice(gpu, fitted.dataset, "validation");
      const accuracies = await accuraciesOf(gpu, fitted.network, fitted.dataset, `network ${index}`);
      const numbered = { repeat: index, network: fitted.network };
      const own = await measureNetwork(gpu, numbered, validation, fitted.request, `network ${index}`);
      measured.push({ accuracies, ...own });
    }
    return measured;
  });
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
  const where = "activationsOf";
  const data = requireDataset(dataset, "dataset");
  const known = fitting(network, data, "network");
  const part = requireValue(split, oneName(splitNames), "split", where);
  const place = requireValue(layer, wholeNumber({ least: 1, most: known.network.layers.length - 1 }), "layer", where);
  return inTurn(requireDevice(gpu, where), async () => {
    using samples = splitOnDevice(gpu, known.dataset, part);
    const outputs = await readActivations(gpu, known.network, samples, place);
    if (outputs.every(Number.isFinite)) return outputs;
    throw notFinite("an output of the layer is not finite", "network");
  });
}

/**
 * Removes the neurons of a measured network, one order after another and each alone, and evaluates on the test set.
 * @returns curves: one for each scope, order and mode; singles: one for each hidden layer and mode, none with `singles: "none"`;
 * pairRemovals: the same, where they are asked for
 * @throws UsageError where there is no such measure, RunError with what the device reported.
 */
export async function ablate(
  gpu: GpuContext,
  dataset: Dataset,
  measured: MeasuredNetwork,
  options: AblateOptions = {},
): Promise<{ curves: AblationCurve[]; singles: SingleRemovals[]; pairRemovals?: PairRemovals[] }> {
  const where = "ablate";
  const asked = requireOptions(options, ablateChecks, where);
  const { scopes, seed, randomDraws, ...sweep } = { ...studyDefaults, ...asked };
  const data = requireDataset(dataset, "dataset");
  const { network, table, meanActivations, fitted } = fittingMeasured(measured, data);
  const { measures: names } = sweep;
  // All, where the network does not allow all, are those that were measured.
  const ids =
    names === undefined || asksForAll(names)
      ? measuredColumns(table)
      : names.map((name) => requireOrdering(table, name));
  const orders = removalOrders(table, {
    scopes: scopesOf(network.layers.length - 1, scopes),
    rankings: rankingsOf(ids, randomDraws),
    seed,
  });
  return inTurn(requireDevice(gpu, where), async () => {
    using test = splitOnDevice(gpu, fitted, "test");
    const { repeat } = table;
    const alone = neuronsAlone(
      networkShape(network),
      { ...given({ singles: recordedSingles(asked.singles) }), seed },
      repeat,
    );
    const task = { network, repeat, orders, meanActivations, ...(alone && { alone }) };
    const fits = await fitsOn(gpu, fitted, task, sweep.modes);
    const { curves, singles } = await ablateNetworks(gpu, test, [{ ...task, ...fits }], sweep);
    const all = { curves: curves.flat(), singles: singles.flat() };
    if (asked.pairRemovals === undefined) return all;
    const pairs = await pairRemovals(gpu, test, [{ ...task, ...fits }], constantModesOf(sweep.modes));
    return { ...all, pairRemovals: pairs.flat() };
  });
}

/** What modes need that is fitted on the validation set. */
async function fitsOn(gpu: GpuContext, data: Dataset, task: AblationTask, modes: readonly AblationMode[]) {
  if (!needsFitting(modes)) return {};
  using validation = splitOnDevice(gpu, data, "validation");
  const [fits] = await fitModes(gpu, validation, [task], modes);
  return fits!;
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
  const where = "chooseNeurons";
  const data = requireDataset(dataset, "dataset");
  const known = fittingMeasured(measured, data);
  const asked = requirePruneRequest(request, where);
  requireColumn(known.table, asked.measure);
  return inTurn(requireDevice(gpu, where), async () => {
    using validation = splitOnDevice(gpu, known.fitted, "validation");
    return await chooseRemovals(gpu, validation, await withFits(gpu, validation, known, asked.mode), asked);
  });
}

/** The activation of that name, with PyTorch's default parameter. @throws UsageError where there is none. */
export function layerActivation(kind: Activation): LayerActivation {
  return withDefault(requireValue(kind, oneName(activations), "kind", "layerActivation"));
}

/**
 * The network without the neurons, the others in their order. Where a removed neuron's output was replaced by its constant,
 * the outputs are the same up to the rounding of biases to float32.
 * @param constants per hidden layer [neurons]: what a removed neuron's output is replaced by: zeros, or means.
 * @throws UsageError where lengths or numbers do not fit; RunError for neurons that do not exist, and where a layer would be
 * left without neurons.
 */
export function pruneNetwork(
  network: Network,
  removed: readonly NeuronAddress[],
  constants: readonly ArrayLike<number>[],
): Network {
  const known = requireNetwork(network, "network");
  requireConstants(constants, known, "pruneNetwork");
  return withoutNeurons(known, requireAddresses(removed, "removed"), constants);
}

/**
 * The same with what `mode` puts in their place, be it in other weights: fitted on the validation set.
 * @throws UsageError and RunError as `pruneNetwork`; RunError with what the device reported
 */
export async function removeNeurons(
  gpu: GpuContext,
  dataset: Dataset,
  measured: MeasuredNetwork,
  removed: readonly NeuronAddress[],
  mode: AblationMode,
): Promise<Network> {
  const where = "removeNeurons";
  const known = fittingMeasured(measured, requireDataset(dataset, "dataset"));
  const asked = requireValue(mode, oneName(ablationModes), "mode", where);
  const gone = requireAddresses(removed, "removed");
  return inTurn(requireDevice(gpu, where), async () => {
    using validation = splitOnDevice(gpu, known.fitted, "validation");
    const fits = await withFits(gpu, validation, known, asked);
    return withoutRemoved(measured.network, gone, standInsFor(asked, fits, gone));
  });
}

/** The bytes of a safetensors file that holds the network. @throws UsageError where it does not hold together. */
export function encodeSafetensors(network: Network): Uint8Array {
  return toSafetensors(requireNetwork(network, "network"));
}

/** The bytes of the model; weights stand as in PyTorch, [outputs, inputs]. @throws UsageError as `encodeSafetensors`. */
export function encodeOnnx(network: Network): Uint8Array {
  return toOnnx(requireNetwork(network, "network"));
}

/** The bytes of an .npz file that numpy.load reads. @throws UsageError as `encodeSafetensors`. */
export function encodeNpz(network: Network): Uint8Array {
  return toNpz(requireNetwork(network, "network"));
}
