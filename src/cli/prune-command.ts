/** `gpu-importance prune`: a network without the neurons that matter least, checked against the masked one. */
import type { Command } from "commander";
import { networkActivationText } from "../core/activation.ts";
import type { Dataset } from "../core/dataset.ts";
import { RunError } from "../core/errors.ts";
import { toNetwork } from "../core/layer-chain.ts";
import { appendAll } from "../core/long-arrays.ts";
import { type Network, widthsOf } from "../core/network.ts";
import { requireFit } from "../core/network-fit.ts";
import { inputsForNetworks, withInputsOf } from "../data/inputs-for-networks.ts";
import type { GpuContext } from "../gpu/context.ts";
import { splitOnDevice } from "../gpu/device-split.ts";
import type { Devices } from "../gpu/devices.ts";
import { measureNamed } from "../measures/registry.ts";
import { pruneNetwork } from "../models/prune.ts";
import { readModel } from "../models/read-model.ts";
import { type ModelWriter, writerFor } from "../models/write-model.ts";
import { type CheckedFile, openCheckedFile, requireAbsent } from "../platform/node/checked-file.ts";
import { openNamedFile } from "../platform/node/results-folder.ts";
import { chooseRemovals, type MeasuredNetwork } from "../pruning/choose-removals.ts";
import { compareWithMasked, type MaskedNetwork, requireTwin, type TwinCheck } from "../pruning/masked-twin.ts";
import { accuraciesOf, measureOn, zeroConstants } from "../pruning/measure-network.ts";
import { type RemovedNeuron, removedCsv, removedNeurons } from "../pruning/removed-file.ts";
import { warningLines } from "../report/tables/summary-table.ts";
import { learningWarnings } from "../train/learning.ts";
import { trainNetworks } from "../train/trainer.ts";
import { addAdapterOption, addMemoryOption } from "./device-options.ts";
import { openNetwork, readOptionsOf } from "./model-options.ts";
import { openDevices } from "./open-device.ts";
import { createProgressDisplay, type ProgressDisplay } from "./progress-display.ts";
import { addPruneOptions, amountOf, type PruneOptions } from "./prune-options.ts";
import { pruneJson } from "./prune-record.ts";
import { type PrunedState, pruneTable, removedText, twinText } from "./prune-text.ts";
import { print } from "./standard-streams.ts";
import { readStudyData } from "./study-data.ts";
import { tellInputs } from "./tell-inputs.ts";
import { addTilesOption } from "./tile-choice.ts";
import { wrapped } from "./wrapped-text.ts";

export function addPruneCommand(program: Command): void {
  const command = program
    .command("prune")
    .description("a smaller network: its least important neurons removed, checked")
    .argument("<model>", "file of a network, or folder of .npy files")
    .showHelpAfterError("  to do:    gpu-importance prune --help lists the options");
  addMemoryOption(addTilesOption(addAdapterOption(addPruneOptions(command))))
    .option("--quiet", "no progress on stderr")
    .option("--debug", "show stack traces")
    .action((model: string, options: PruneOptions) => prune(model, options));
}

/** The files that are written, opened before anything is computed. */
interface PruneFiles {
  readonly writer: ModelWriter;
  readonly out: string;
  readonly network: CheckedFile;
  readonly list: string;
  readonly json: string | undefined;
}

async function openFiles({ out, json, force }: PruneOptions): Promise<PruneFiles> {
  const writer = writerFor(out);
  const list = `${out}.removed.csv`;
  requireAbsent([out, list, ...(json === undefined ? [] : [json])], force === true);
  const network = await openCheckedFile(out, "--out");
  if (json !== undefined) await openNamedFile(json, "--json");
  return { writer, out, network, list, json };
}

/** One thing after another on the device, each begun anew should the device be lost. */
async function onDevice<T>(devices: Devices, doing: string, run: (gpu: GpuContext) => Promise<T>): Promise<T> {
  return devices.attempt((gpu) => ({ doing, plan: "one network at a time", run: () => run(gpu) }));
}

/** Writes the network under its partial name, and reads it again as anyone would. */
async function rewritten(files: PruneFiles, network: Network): Promise<{ network: Network; bytes: number }> {
  const bytes = await files.network.write(files.writer.encode(network));
  const alone = { siblings: async () => [files.out], sibling: async () => undefined };
  const { chain } = await readModel({ name: files.out, bytes, ...alone });
  return { network: toNetwork(chain, files.network.partial), bytes: bytes.length };
}

/** What is to be known of the network before neurons are chosen. */
async function measured(devices: Devices, network: Network, dataset: Dataset): Promise<MeasuredNetwork> {
  return onDevice(devices, "measuring the network", async (gpu) => {
    using validation = splitOnDevice(gpu, dataset, "validation");
    return await measureOn(gpu, validation, network);
  });
}

async function choose(devices: Devices, options: PruneOptions, dataset: Dataset, about: MeasuredNetwork) {
  const request = { ...options, amount: amountOf(options) };
  return onDevice(devices, "choosing neurons", async (gpu) => {
    using validation = splitOnDevice(gpu, dataset, "validation");
    return await chooseRemovals(gpu, validation, about, request);
  });
}

/** @throws RunError where the network that was read again is not the masked one; its file then keeps the partial name. */
async function checked(devices: Devices, files: PruneFiles, small: Network, masked: MaskedNetwork, dataset: Dataset) {
  return onDevice(devices, "comparing with the masked network", async (gpu): Promise<TwinCheck> => {
    using test = splitOnDevice(gpu, dataset, "test");
    const check = await compareWithMasked(gpu, test, small, masked);
    try {
      requireTwin(check, files.out);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      throw new RunError({ ...error.fault, kept: `${files.network.partial}, for a look at it` }, { cause: error });
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
    const about = { widths: widthsOf(small), activation: small.activation, initial: [small] };
    return await trainNetworks(gpu, train, [0], { ...about, epochs, learningRate, batchSize, l2, seed });
  });
  const network = withInputsOf(trained!.network, dataset);
  return { network, warnings: learningWarnings([trained!], dataset) };
}

/** The network gets its name, and the list of what it lacks stands beside it. */
async function accepted(files: PruneFiles, measureId: string, removed: readonly RemovedNeuron[]): Promise<void> {
  await files.network.accept();
  await (await openNamedFile(files.list, "--out")).write(removedCsv(removed, measureId));
}

async function prune(model: string, options: PruneOptions): Promise<void> {
  amountOf(options);
  const files = await openFiles(options);
  const clock = () => performance.now();
  const display = createProgressDisplay({ stream: process.stderr, quiet: options.quiet === true, clock });
  const { network, format, notes } = await openNetwork(model, readOptionsOf(options));
  const tell = (name: string, line: string) => {
    for (const part of wrapped(`${name}:`.padEnd(9), line)) display.line(part);
  };
  tell("network", `${model}, ${format}, ${widthsOf(network).join("-")} ${networkActivationText(network.activation)}`);
  for (const note of notes) tell("note", note);
  const raw = await readStudyData(options, display.line);
  const { train, validation, test } = raw;
  tell("data", `${raw.name}, ${train.count} / ${validation.count} / ${test.count} samples`);
  requireFit(network, raw, model);
  const { dataset, networks } = tellInputs(inputsForNetworks(raw, [{ file: model, network }]), display);
  using devices = await openDevices(options, display);
  await work({ model, options, files, network: networks[0]!.network, dataset, devices, display });
}

interface PruneWork {
  readonly model: string;
  readonly options: PruneOptions;
  readonly files: PruneFiles;
  readonly network: Network;
  readonly dataset: Dataset;
  readonly devices: Devices;
  readonly display: ProgressDisplay;
}

async function work({ model, options, files, network, dataset, devices, display }: PruneWork): Promise<void> {
  const stateOf = async (state: Network, bytes: number): Promise<PrunedState> => {
    const accuracies = await onDevice(devices, "evaluating", (gpu) => accuraciesOf(gpu, state, dataset));
    return { network: state, bytes, accuracies };
  };
  const before = await stateOf(network, files.writer.encode(network).length);
  display.line(`before:  ${(100 * before.accuracies.test).toFixed(2)} % of the test samples right`);
  const about = await measured(devices, network, dataset);
  const removed = await choose(devices, options, dataset, about);
  display.line(`removed: ${removedText(network, removed)}`);
  const constants = options.mode === "mean" ? about.meanActivations : zeroConstants(network);
  const small = await rewritten(files, pruneNetwork(network, removed, constants));
  const check = await checked(devices, files, small.network, { network, removed, constants }, dataset);
  const measureId = measureNamed(options.measure)!.id;
  const list = removedNeurons(about.table, measureId, removed);
  await accepted(files, measureId, list);
  const states = [before, await stateOf(small.network, small.bytes)];
  const warnings: string[] = [];
  if (options.finetune > 0) {
    display.line(`finetuning for ${options.finetune} epochs ...`);
    const trained = await finetuned(devices, options, small.network, dataset);
    const again = await rewritten(files, trained.network);
    await files.network.accept();
    states.push(await stateOf(again.network, again.bytes));
    for (const warning of trained.warnings) display.warn(warning);
    appendAll(warnings, trained.warnings);
  }
  const record = pruneJson({ model, options, states, check, removed: list, warnings });
  if (files.json !== undefined) await (await openNamedFile(files.json, "--json")).write([record]);
  const doubts = warningLines(warnings).map((line) => `${line}\n`);
  await print(`${pruneTable(states, dataset, files.writer.format)}\n${twinText(check)}${doubts.join("")}`);
  display.line(`written: ${files.out}, ${files.list}${files.json === undefined ? "" : `, ${files.json}`}`);
}
