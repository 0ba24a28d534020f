/** `gpu-importance prune`: a network without the neurons that matter least, checked against the masked one. */
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { nearChanceOn } from "../../analyze.ts";
import type { AblationMode } from "../../core/ablation.ts";
import { hiddenActivations, networkActivationText } from "../../core/activation.ts";
import type { Dataset } from "../../core/dataset.ts";
import { RunError, UsageError } from "../../core/errors.ts";
import { knownInputs } from "../../core/input-treatment.ts";
import { toNetwork } from "../../core/layer-chain.ts";
import { classesOf, shapeText } from "../../core/layers/network-shape.ts";
import { appendAll } from "../../core/long-arrays.ts";
import { type Network, networkShape } from "../../core/network.ts";
import { type FittedNetwork, fittedTo } from "../../core/network-fit.ts";
import type { ChannelOrder } from "../../core/sample-axes.ts";
import { inputsForNetworks, withInputsOf } from "../../data/inputs/inputs-for-networks.ts";
import { requireTrainable } from "../../data/splits/require-trainable.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { Devices } from "../../gpu/device/devices.ts";
import { levelConfig } from "../../host/level-config.ts";
import { openDevices } from "../../host/open-device.ts";
import { openNetwork } from "../../host/open-network.ts";
import { readStudyData } from "../../host/study-data.ts";
import { type MeasuringRequest, measureNetwork } from "../../measure-networks.ts";
import { allowedMeasures } from "../../measures/measure-choice.ts";
import { shapleyConfig } from "../../measures/shapley-config.ts";
import { readModel } from "../../models/read-model.ts";
import { type ModelWriter, writerFor } from "../../models/write-model.ts";
import { splitOnDevice } from "../../passes/device-split.ts";
import { type NamedFile, openNamedFile, publishTogether, requireAbsent } from "../../platform/node/named-file.ts";
import { accuraciesOf } from "../../pruning/accuracies.ts";
import { chooseRemovals, requireMeasure } from "../../pruning/choose-removals.ts";
import { compareWithMasked, type MaskedNetwork, requireTwin, type TwinCheck } from "../../pruning/masked-twin.ts";
import { removedCsv, removedNeurons } from "../../pruning/removed-file.ts";
import { type PrunableNetwork, standInsFor, withFits, withoutRemoved } from "../../pruning/stand-ins.ts";
import { warningLines } from "../../report/tables/summary-table.ts";
import { learningWarnings } from "../../train/learning.ts";
import { trainNetworks } from "../../train/trainer.ts";
import { chanceHint } from "../display/chance-hints.ts";
import { createProgressDisplay, type ProgressDisplay } from "../display/progress-display.ts";
import { type PrunedState, pruneTable, removedText, twinText } from "../display/prune-text.ts";
import { print } from "../display/standard-streams.ts";
import { tellInputs } from "../display/tell-inputs.ts";
import { addAdapterOption, addMemoryOption, addMessageOptions, VERBOSE } from "../options/device-options.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { readOptionsOf } from "../options/model-options.ts";
import { addPruneOptions, amountOf, type PruneOptions, requireLevelsRead } from "../options/prune-options.ts";
import { addTilesOption } from "../options/tiles-option.ts";
import { endInOrder, type Told } from "../results/interruption.ts";
import { removeIfEmpty } from "../results/made-folders.ts";
import { pruneJson } from "../results/prune-record.ts";

export function completePrune(command: Command): void {
  argumentOf(command, "file of a network, or folder of .npy files");
  addMemoryOption(addTilesOption(addAdapterOption(under(addPruneOptions(command), "device"))));
  const messages = { verbose: VERBOSE, quiet: "no progress on stderr" };
  addMessageOptions(command, messages).action((model: string, options: PruneOptions) => prune(model, options));
  withExamples(command, "prune", [
    { what: "Half of the neurons", line: "prune network.onnx --keep 50% --out small.onnx" },
    {
      what: "As many as half a point of accuracy allows, then trained on",
      line: "prune a.npz --max-accuracy-loss 0.5% --finetune 3 --out b.npz",
    },
  ]);
}

/** The files that are written, claimed before anything is computed. */
interface PruneFiles {
  readonly writer: ModelWriter;
  readonly network: NamedFile;
  readonly list: NamedFile;
  readonly json: NamedFile | undefined;
}

async function openFiles({ out, json, force }: PruneOptions, tell: (line: string) => void): Promise<PruneFiles> {
  const writer = writerFor(out);
  const list = `${out}.removed.csv`;
  if (json !== undefined && [out, list].some((path) => resolve(path) === resolve(json))) {
    const fix = "choose another --json";
    throw new UsageError({ what: "two files of one name are wanted", where: json, expected: "three names", fix });
  }
  await requireAbsent([out, list, ...(json === undefined ? [] : [json])], force === true);
  for (const path of [out, ...(json === undefined ? [] : [json])]) removeIfEmpty(dirname(path));
  const network = await openNamedFile(out, "--out", { tell });
  const files = { writer, network, list: await openNamedFile(list, "--out", { tell }) };
  return { ...files, json: json === undefined ? undefined : await openNamedFile(json, "--json", { tell }) };
}

/** One thing after another on the device, each begun anew should the device be lost. */
async function onDevice<T>(devices: Devices, doing: string, run: (gpu: GpuContext) => Promise<T>): Promise<T> {
  return devices.attempt((gpu) => ({ doing, plan: "one network at a time", run: () => run(gpu) }));
}

/** How the network that was written takes the data. */
interface Reread {
  readonly fitted: FittedNetwork<Dataset>;
  readonly channels: ChannelOrder | undefined;
}

interface Rewritten {
  /** As it takes the data. */
  readonly network: Network;
  readonly filed: Network;
  readonly bytes: number;
}

/** Writes the network under a name that is not yet its own, and reads it again as anyone would. */
async function rewritten(files: PruneFiles, network: Network, { fitted, channels }: Reread): Promise<Rewritten> {
  const { writer, network: file } = files;
  await file.stage([writer.encode(network)]);
  const bytes = await file.readStaged();
  const alone = { siblings: async () => [file.path], sibling: async () => undefined };
  const { chain } = await readModel({ name: file.path, bytes, ...alone });
  const filed = toNetwork(chain, file.path);
  const again = fittedTo(filed, fitted.dataset, { where: file.path, channels });
  return { network: again.network, filed, bytes: bytes.length };
}

/** What is to be known of the network before neurons are chosen. */
async function measured(
  devices: Devices,
  network: Network,
  dataset: Dataset,
  request: MeasuringRequest & { readonly mode: AblationMode },
): Promise<PrunableNetwork> {
  return onDevice(devices, "measuring the network", async (gpu) => {
    using validation = splitOnDevice(gpu, dataset, "validation");
    const known = await measureNetwork(gpu, { repeat: 0, network }, validation, request);
    return await withFits(gpu, validation, known, request.mode);
  });
}

async function choose(devices: Devices, options: PruneOptions, dataset: Dataset, about: PrunableNetwork) {
  const request = { ...options, amount: amountOf(options) };
  return onDevice(devices, "choosing neurons", async (gpu) => {
    using validation = splitOnDevice(gpu, dataset, "validation");
    return await chooseRemovals(gpu, validation, about, request);
  });
}

/** @throws RunError where the network that was read again is not the masked one; its file then keeps a partial name. */
async function checked(devices: Devices, file: NamedFile, small: Network, masked: MaskedNetwork, dataset: Dataset) {
  return onDevice(devices, "comparing with the masked network", async (gpu): Promise<TwinCheck> => {
    using test = splitOnDevice(gpu, dataset, "test");
    const check = await compareWithMasked(gpu, test, small, masked);
    try {
      requireTwin(check, file.path);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      throw new RunError({ ...error.fault, kept: `${await file.setAside()}, for a look at it` }, { cause: error });
    }
    return check;
  });
}

/** The network trained on, from where it is. */
async function finetuned(
  devices: Devices,
  options: PruneOptions,
  small: Network,
  dataset: Dataset,
): Promise<{ readonly network: Network; readonly warnings: readonly string[] }> {
  const { finetune: epochs, learningRate, batchSize, l2, seed } = options;
  const [trained] = await onDevice(devices, "finetuning the pruned network", async (gpu) => {
    using train = splitOnDevice(gpu, dataset, "train");
    const about = { shape: networkShape(small), activation: small.activation, initial: [small] };
    return await trainNetworks(gpu, train, [0], { ...about, epochs, learningRate, batchSize, l2, seed });
  });
  const network = withInputsOf(trained!.network, dataset);
  return { network, warnings: learningWarnings([trained!], dataset) };
}

/** The network gets its name when all that goes with it is on the disk. */
async function publish({ network, list, json }: PruneFiles, removed: Iterable<string>, record: string, force: boolean) {
  await list.stage(removed);
  await json?.stage([record]);
  await publishTogether([network, list, ...(json === undefined ? [] : [json])], force);
}

/** Of a network that is not whole yet, nothing is kept. */
function toldOf({ out, finetune }: PruneOptions): Told {
  const sooner = finetune > 0 ? "; without --finetune the smaller network is there at once" : "";
  return { kept: `nothing: ${out} gets its name when all is done`, fix: `the same command begins anew${sooner}` };
}

async function prune(model: string, options: PruneOptions): Promise<void> {
  amountOf(options);
  levelConfig(options);
  requireLevelsRead(options);
  shapleyConfig({ ...options, measures: [options.measure] });
  const clock = () => performance.now();
  const display = createProgressDisplay({ stream: process.stderr, quiet: options.quiet === true, clock });
  endInOrder(display.stop, () => toldOf(options));
  const files = await openFiles(options, display.line);
  const { network, format, notes } = await openNetwork(model, readOptionsOf(options));
  const tell = (name: string, line: string) => display.line(`${`${name}:`.padEnd(9)}${line}`);
  tell(
    "network",
    `${model}, ${format}, ${shapeText(networkShape(network))} ${networkActivationText(network.activation)}`,
  );
  for (const note of notes) tell("note", note);
  allowedMeasures([requireMeasure(options.measure).name], hiddenActivations(network.activation, network.layers.length));
  const data = await readStudyData({ ...options, outputs: classesOf(networkShape(network)) }, display.line);
  if (options.finetune > 0) requireTrainable(data, "--finetune");
  const { train, validation, test } = data;
  tell("data", `${data.name}, ${train.count} / ${validation.count} / ${test.count} samples`);
  const plain = fittedTo(network, data, { where: model, channels: options.channels });
  for (const note of plain.notes) tell("note", note);
  const { dataset, networks } = tellInputs(inputsForNetworks(plain.dataset, [{ file: model, ...plain }]), display);
  const fitted = { ...plain, dataset, network: networks[0]!.network };
  const original = { ...network, ...knownInputs(fitted.inFilesForm(fitted.network)) };
  using devices = await openDevices(options, display);
  await work({ model, options, files, original, fitted, devices, display });
}

interface PruneWork {
  readonly model: string;
  readonly options: PruneOptions;
  readonly files: PruneFiles;
  /** As its file has it, and so as the smaller one is written. */
  readonly original: Network;
  /** As it takes the data. */
  readonly fitted: FittedNetwork<Dataset>;
  readonly devices: Devices;
  readonly display: ProgressDisplay;
}

async function work({ model, options, files, original, fitted, devices, display }: PruneWork): Promise<void> {
  const { network, dataset } = fitted;
  const reread = { fitted, channels: options.channels };
  const stateOf = async (state: Network, bytes: number): Promise<PrunedState> => {
    const accuracies = await onDevice(devices, "evaluating", (gpu) => accuraciesOf(gpu, state, dataset));
    return { network: state, bytes, accuracies };
  };
  const before = await stateOf(network, files.writer.encode(original).length);
  display.line(`before:  ${(100 * before.accuracies.test).toFixed(2)} % of the test samples right`);
  const testCorrect = Math.round(before.accuracies.test * dataset.test.count);
  const tryInputs = nearChanceOn(dataset)({ testCorrect });
  const isScaled = options.normalize !== undefined || options.standardize === true;
  const hint = await chanceHint(network, dataset, { tryInputs, isScaled });
  if (hint !== undefined) display.line(`hint:    ${hint}`);
  const measure = requireMeasure(options.measure);
  const sampling = { ...shapleyConfig({ ...options, measures: [measure.name] }), seed: options.seed };
  const request = { ...levelConfig(options), ...sampling, measures: [measure] };
  const about = await measured(devices, network, dataset, { ...request, mode: options.mode });
  const removed = await choose(devices, options, dataset, about);
  display.line(`removed: ${removedText(network, removed)}`);
  const standIns = standInsFor(options.mode, about, removed);
  const small = await rewritten(files, withoutRemoved(original, removed, standIns), reread);
  const check = await checked(devices, files.network, small.network, { network, removed, ...standIns }, dataset);
  const list = removedNeurons(about.table, measure.id, removed);
  const states = [before, await stateOf(small.network, small.bytes)];
  const warnings: string[] = [];
  if (options.finetune > 0) {
    display.line(`finetuning for ${options.finetune} epochs ...`);
    const trained = await finetuned(devices, options, small.network, dataset);
    const again = await rewritten(files, fitted.inFilesForm(trained.network), reread);
    states.push(await stateOf(again.network, again.bytes));
    for (const warning of trained.warnings) display.warn(warning);
    appendAll(warnings, trained.warnings);
  }
  const record = pruneJson({ model, options, states, check, removed: list, warnings });
  await publish(files, removedCsv(list, measure.id), record, options.force === true);
  const doubts = warningLines(warnings).map((line) => `${line}\n`);
  await print(`${pruneTable(states, dataset, files.writer.format)}\n${twinText(check)}${doubts.join("")}`);
  const written = [files.network, files.list, ...(files.json === undefined ? [] : [files.json])];
  display.line(`written: ${written.map(({ path }) => path).join(", ")}`);
}
