/** Studies for the page, from training, from a network's file, and from a folder of results. */
import { nearChanceOn } from "../../src/analyze.ts";
import { studyActivation } from "../../src/core/activation.ts";
import type { Dataset } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import { hiddenUnits } from "../../src/core/layers/network-shape.ts";
import { type Network, networkShape, type TrainedNetwork } from "../../src/core/network.ts";
import { fittedTo, requireFit } from "../../src/core/network-fit.ts";
import { resultNames } from "../../src/core/platform.ts";
import { defaultBins, defaultBits } from "../../src/core/quantization.ts";
import type { ChannelOrder } from "../../src/core/sample-axes.ts";
import { studyDefaults } from "../../src/core/study-defaults.ts";
import { inputsForNetworks } from "../../src/data/inputs/inputs-for-networks.ts";
import { summarizeDataset } from "../../src/data/splits/summarize-dataset.ts";
import { MeasureDoubts } from "../../src/measures/doubts.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { partsInMemory } from "../../src/study/study.ts";
import type { StudyParts } from "../../src/study/study-parts.ts";
import { ordersOf } from "../../src/study/table-orders.ts";
import type { LabDevice } from "./lab-device.ts";
import { CurveStore, type LabStudy, type LivePart, livePart } from "./lab-study.ts";
import type { StudyOrigin } from "./protocol.ts";
import { inPageWords } from "./reading-names.ts";
import { configOf } from "./settings.ts";
import { measure } from "./study-stages.ts";

type Origin = Pick<LabStudy, "origin" | "label" | "provenance" | "warnings" | "notes">;

/**
 * Measures networks and lays out their orders.
 * @param shown the data as they were read, where the networks take them rescaled
 * @param parts that were given the networks
 */
export async function measuredStudy(
  device: LabDevice,
  { dataset, shown = dataset }: { readonly dataset: Dataset; readonly shown?: Dataset },
  parts: StudyParts,
  networks: readonly TrainedNetwork[],
  origin: Origin,
): Promise<LabStudy> {
  const { repeats, neurons } = await measure(device, dataset, parts, networks);
  const { config } = parts;
  const doubts = new MeasureDoubts();
  for (const table of neurons) doubts.add(table);
  return {
    ...origin,
    warnings: [...origin.warnings, ...doubts.warnings(config.bits ?? 1, dataset.validation.count)],
    config,
    dataset: summarizeDataset(dataset),
    networks,
    repeats,
    neurons,
    orders: neurons.flatMap((table) => ordersOf(table, config)),
    singles: [],
    filedCurves: new CurveStore(),
    missing: [],
    live: livePart({ dataset, parts, networks, neurons, shown }),
    lacking: "",
  };
}

/** A network out of a file, and what the file leaves unsaid. */
export interface FiledNetwork {
  readonly label: string;
  readonly network: Network;
  readonly notes: readonly string[];
  readonly channels?: ChannelOrder | undefined;
}

const GUESSES =
  "it does no better than guessing: check how its file was read (activation, normalisation) and its classes";

/**
 * The study, at one bit, of one network of which only its file is known.
 * @throws RunError, UsageError where it does not fit the data, or it is not known how it takes them
 */
export async function networkStudy(device: LabDevice, raw: Dataset, filed: FiledNetwork): Promise<LabStudy> {
  const { label, network: read, channels } = filed;
  const fitted = fittedTo(read, raw, { where: label, channels, fix: "drop the data that it was trained on first" });
  const { dataset, networks, warnings, notes } = inputsForNetworks(fitted.dataset, [
    { file: label, network: fitted.network },
  ]);
  const { network } = networks[0]!;
  const hidden = hiddenUnits(networkShape(network));
  const oneBit = { bits: defaultBits, bins: defaultBins, noisyLabels: 0 };
  const settings = configOf({ ...studyDefaults, ...oneBit, singles: "all", hidden, repeats: 1 }, dataset.name);
  const config = { ...settings, activation: studyActivation(network.activation) };
  const told = [...filed.notes, ...fitted.notes, ...notes].map(inPageWords);
  const doubts = warnings.map(inPageWords);
  const origin: Origin = { origin: "network-file", label, provenance: undefined, warnings: doubts, notes: told };
  const own = [{ repeat: 0, network, trainLoss: [] }];
  const parts = partsInMemory(device.devices, dataset, config, { networks: own });
  const study = await measuredStudy(device, { dataset, shown: raw }, parts, own, origin);
  return nearChanceOn(dataset)(study.repeats[0]!) ? { ...study, warnings: [...doubts, GUESSES] } : study;
}

/** Why nothing more can be computed of a folder of results; empty where it can. */
function lackOf(files: StudyFiles, dataset: Dataset | undefined, device: LabDevice | undefined): string {
  if (device === undefined) return "there is no WebGPU adapter";
  if (files.networks === undefined) return "the folder has no models";
  if (files.neurons === undefined) return "the folder has no neurons.csv";
  if (files.study?.dataset.sha256 !== dataset?.sha256) return "its data set is not loaded: drop its files first";
  return "";
}

/** On the data as the networks take them. @throws RunError where they do not fit */
function livePartOf(
  { study, neurons = [], orders = [] }: StudyFiles,
  networks: readonly TrainedNetwork[],
  raw: Dataset,
  { devices }: LabDevice,
): LivePart {
  const own = networks.map(({ repeat }) => neurons.find((table) => table.repeat === repeat)!);
  const named = networks.map((one) => ({ ...one, file: resultNames.model(one.repeat) }));
  for (const { network, file } of named) requireFit(network, raw, file);
  const { dataset } = inputsForNetworks(raw, named);
  const summaries = study!.repeats;
  const tables = own.map((table) => {
    return { accuracies: summaries.find(({ repeat }) => repeat === table.repeat)!, table };
  });
  // Whichever sweep the study was made by: a visitor waits.
  const config = { ...study!.config, sweep: "fast" } as const;
  const parts = partsInMemory(devices, dataset, config, { networks, tables, orders });
  return livePart({ dataset, parts, networks, neurons: own, shown: raw });
}

/** @throws RunError where study.json is not there, without which nothing can be said of the rest. */
export function filedStudy(
  files: StudyFiles,
  origin: StudyOrigin,
  label: string,
  dataset: Dataset | undefined,
  device: LabDevice | undefined,
): LabStudy {
  const { study, neurons = [], orders = [], singles = [], curves = [], missing } = files;
  if (study === undefined) {
    const fix = "drop the whole folder that gpu-importance run has written, when it has ended";
    throw new RunError({ what: "study.json is missing", where: label, fix });
  }
  const lossOf = (repeat: number) => study.repeats.find((one) => one.repeat === repeat)?.trainLoss ?? [];
  const networks = (files.networks ?? []).map(({ repeat, network }) => ({
    repeat,
    network,
    trainLoss: lossOf(repeat),
  }));
  const lacking = lackOf(files, dataset, device);
  const filedCurves = new CurveStore();
  filedCurves.add(curves);
  return {
    origin,
    label,
    provenance: study.provenance,
    config: study.config,
    dataset: study.dataset,
    networks,
    repeats: study.repeats,
    neurons,
    orders,
    singles: [...singles],
    filedCurves,
    missing,
    lacking,
    warnings: study.warnings ?? [],
    notes: [],
    live: lacking === "" ? livePartOf(files, networks, dataset!, device!) : undefined,
  };
}
