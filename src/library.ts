/** What `gpu-importance analyze` computes, for programs: nothing is printed, and nothing written unless asked. */

import { activationsOf, analyzeNetworks, type FiledNetwork, fittedNetworks } from "./analyze.ts";
import { withinMinutes } from "./budget.ts";
import type { AnyDataset, Dataset } from "./core/dataset.ts";
import { UsageError } from "./core/errors.ts";
import { classesOf } from "./core/layers/network-shape.ts";
import { type Network, networkShape } from "./core/network.ts";
import { requireDataset } from "./core/require-dataset.ts";
import { requireNetwork } from "./core/require-network.ts";
import { requireOptions, requireValue } from "./core/require-options.ts";
import type { AnalysisConfig, StudyResults } from "./core/study.ts";
import { studyDefaults } from "./core/study-defaults.ts";
import { inputsForNetworks } from "./data/inputs/inputs-for-networks.ts";
import { fingerprint } from "./data/splits/fingerprint.ts";
import { summarizeDataset } from "./data/splits/summarize-dataset.ts";
import { analysisEstimates } from "./estimate.ts";
import { type GpuContext, requireDevice } from "./gpu/device/context.ts";
import { Devices } from "./gpu/device/devices.ts";
import { inTurn } from "./gpu/device/turns.ts";
import { analysisConfig } from "./host/analysis-config.ts";
import { clock } from "./host/clock.ts";
import { given } from "./host/given.ts";
import { levelConfig } from "./host/level-config.ts";
import { openNetwork } from "./host/open-network.ts";
import { provenanceOf } from "./host/provenance.ts";
import { readLargeStudyData } from "./host/study-data.ts";
import {
  type AnalyzeOptions,
  analyzeChecks,
  dataSource,
  path,
  refuseReading,
  requireList,
  writeChecks,
} from "./library-options.ts";
import { allowedMeasures } from "./measures/measure-choice.ts";
import { paperMeasureNames } from "./measures/paper-measures.ts";
import { remeasureConfig } from "./measures/remeasured.ts";
import { shapleyConfig } from "./measures/shapley-config.ts";
import type { ReadOptions } from "./models/model-reader.ts";
import { openResultsFolder } from "./platform/node/results-folder.ts";
import { requireResults } from "./pruning/require-results.ts";
import { completeResults } from "./report/files/result-files.ts";

/** A path, or a network that holds together. */
function requirePathOrNetwork(value: unknown, index: number): string | Network {
  const where = `network ${index}`;
  return typeof value === "string" ? requireValue(value, path, "the path", where) : requireNetwork(value, where);
}

async function filed(network: string | Network, index: number, reading: ReadOptions): Promise<FiledNetwork> {
  if (typeof network !== "string") return { file: `network ${index}`, network };
  return { file: network, network: (await openNetwork(network, reading)).network };
}

/** Data in memory may come without their checksum, which study.json holds. */
async function withChecksum(dataset: Dataset): Promise<Dataset> {
  return /^[0-9a-f]{64}$/.test(dataset.sha256) ? dataset : { ...dataset, sha256: await fingerprint(dataset) };
}

/** Data that are given by name are read. @param rescaled whether a network will have their inputs rescaled */
async function datasetOf(
  data: string | Dataset,
  outputs: number,
  { reader = {}, dataMemory, onProgress }: AnalyzeOptions,
  rescaled: boolean,
): Promise<AnyDataset & Disposable> {
  if (typeof data !== "string") return { ...(await withChecksum(data)), [Symbol.dispose]() {} };
  const display = { line() {}, show: onProgress ?? (() => {}), end() {} };
  return readLargeStudyData({ ...reader, outputs, data }, { keepMegabytes: dataMemory, rescaled }, display);
}

/**
 * Counts, measures, orders and ablates networks of one architecture, one a repeat: all that `gpu-importance analyze` computes.
 * @param gpu from `openDevice`
 * @param data from `loadData`, made by hand, or, as for `--data`, a name or a path
 * @param networks from `loadNetwork`, made by hand, or paths of their files
 * @returns `repeats` (accuracies), `neurons` (measures, bits), `orders`, `curves`, `singles`, pairs where asked for, and what study.json says of them
 * @throws UsageError where options make no sense, or the networks differ in their layers; RunError where files are damaged, the
 * networks do not fit the data, or the device fails.
 */
export async function analyze(
  gpu: GpuContext,
  data: string | Dataset,
  networks: readonly (string | Network)[],
  options: AnalyzeOptions = {},
): Promise<StudyResults> {
  const asked = requireOptions(options, analyzeChecks, "analyze");
  levelConfig(asked, "analyze");
  const measures = asked.measures ?? paperMeasureNames;
  shapleyConfig({ ...asked, measures }, "analyze");
  const { scopes = studyDefaults.scopes, modes = studyDefaults.modes, remeasure } = asked;
  remeasureConfig({ measures, scopes, modes, ...given({ remeasure }) }, "analyze");
  const chosen = requireList(networks, "networks", "analyze").map(requirePathOrNetwork);
  if (chosen.length === 0) {
    const fault = { what: "there is no network to analyse", where: "networks", expected: "one or more", found: "none" };
    throw new UsageError({ ...fault, fix: "give networks, or the paths of their files" });
  }
  refuseReading(asked, data, chosen);
  const checked =
    typeof data === "string" ? requireValue(data, dataSource, "data", "analyze") : requireDataset(data, "data");
  return inTurn(requireDevice(gpu, "analyze"), () => analyzed(gpu, checked, chosen, asked));
}

async function analyzed(
  gpu: GpuContext,
  data: string | Dataset,
  networks: readonly (string | Network)[],
  options: AnalyzeOptions,
): Promise<StudyResults> {
  const started = new Date();
  const begin = clock();
  const { reading = {}, reader = {}, onProgress } = options;
  const { seed, scopes, modes, randomDraws, stride, sweep } = { ...studyDefaults, ...options };
  const read = await Promise.all(networks.map((network, index) => filed(network, index, reading)));
  const { names } = allowedMeasures(options.measures ?? paperMeasureNames, activationsOf(read), options.pairs);
  const isNamed = typeof data === "string";
  const rescaled = read.some(
    ({ network }) => network.inputTreatment !== undefined || network.channelTreatment !== undefined,
  );
  using stored = await datasetOf(data, classesOf(networkShape(read[0]!.network)), options, rescaled);
  const { activation, normalize, weightsLayout } = reading;
  const { channels } = options;
  const { bits, bins, quantizeThreshold, greedyBlock, pairs, groups, singles, pairRemovals } = options;
  const { remeasure } = remeasureConfig({ ...options, measures: names, scopes, modes }, "analyze");
  const wanted = analysisConfig(read, {
    data: isNamed ? data : stored.name,
    ...given({
      normalize,
      ...(isNamed && reader),
      weightsLayout,
      channels,
      bits,
      bins,
      quantizeThreshold,
      greedyBlock,
      remeasure,
      pairs,
      groups,
      singles,
      pairRemovals,
    }),
    ...shapleyConfig({ ...options, measures: names }, "analyze"),
    ...(activation && { activation: activation.kind, ...("alpha" in activation && { alpha: activation.alpha }) }),
    seed,
    measures: names,
    scopes,
    modes,
    randomDraws,
    stride,
    sweep,
  });
  const devices = new Devices(gpu);
  const readMs = clock() - begin;
  const fitted = fittedNetworks(read, stored, channels);
  const { dataset, networks: prepared, warnings } = inputsForNetworks(fitted.dataset, fitted.networks);
  const estimate = (own: AnalysisConfig) => analysisEstimates(devices, dataset, own, clock, prepared[0]!.network);
  const config =
    options.minutes === undefined ? wanted : (await withinMinutes(wanted, options.minutes, estimate)).config;
  const { costs, ...outcome } = await analyzeNetworks(devices, dataset, config, prepared, {
    clock,
    ...given({ onProgress }),
  });
  const provenance = provenanceOf(devices, started, { data: readMs, ...outcome.elapsedMs }, costs);
  const all = [...warnings, ...(outcome.warnings ?? [])];
  const doubts = all.length > 0 ? { warnings: all } : {};
  return { config, dataset: summarizeDataset(dataset), provenance, ...outcome, ...doubts };
}

/**
 * Writes the folder that `gpu-importance analyze` writes: study.json, the tables, the networks. `gpu-importance report` reads it.
 * @param folder made where it is missing
 * @param options `force`: replace the results of an earlier analysis
 * @throws UsageError where the folder is not empty and `force` is not given; RunError where it cannot be written, or another
 * process writes into it.
 */
export async function writeResults(
  results: StudyResults,
  folder: string,
  options: { readonly force?: boolean } = {},
): Promise<void> {
  requireResults(results, "writeResults");
  const name = requireValue(folder, path, "folder", "writeResults");
  const { force = false } = requireOptions(options, writeChecks, "writeResults");
  using sink = await openResultsFolder(name, { force });
  await completeResults(results, sink);
}
