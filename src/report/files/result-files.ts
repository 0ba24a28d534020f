/** The files of a result folder, in the order they are written: of results in memory, or read a repeat at a time. */

import type { AblationCurve, RemovalOrder, SingleRemovals } from "../../core/ablation.ts";
import type { TrainedNetwork } from "../../core/network.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { jsonText } from "../../core/plain-text.ts";
import { type ResultFile, type ResultSink, resultNames, type StreamedFile } from "../../core/platform.ts";
import type { Profile } from "../../core/profile.ts";
import type { ResultsByRepeat, StudyResults } from "../../core/study.ts";
import { encodeSafetensors } from "../../models/safetensors-model.ts";
import { type CsvTable, csvText, streamedCsv } from "./csv.ts";
import { curvesCsv, curvesTable } from "./curves-file.ts";
import { groupsTable } from "./groups-file.ts";
import { histogramsCsv, histogramsTable, wantsHistograms } from "./histograms-file.ts";
import { neuronsCsv, neuronsTable } from "./neurons-file.ts";
import { ordersCsv, ordersTable } from "./orders-file.ts";
import { pairRemovalsFile } from "./pair-removals-file.ts";
import { pairsFile } from "./pairs-file.ts";
import { singleCsv, singleTable } from "./single-file.ts";
import { type StudySummary, studyFileText } from "./study-file.ts";

/** One chunk that is made when it is asked for. */
function* lazily(make: () => Uint8Array): Generator<Uint8Array> {
  yield make();
}

export function modelFiles(networks: readonly TrainedNetwork[]): ResultFile[] {
  return networks.map(({ repeat, network }) => ({
    name: resultNames.model(repeat),
    chunks: lazily(() => encodeSafetensors(network)),
  }));
}

/** What is known once the neurons are measured. */
export function measureFiles(neurons: readonly NeuronTable[], orders: readonly RemovalOrder[]): ResultFile[] {
  return [
    { name: resultNames.neurons, chunks: neuronsCsv(neurons) },
    ...(wantsHistograms(neurons) ? [{ name: resultNames.histograms, chunks: histogramsCsv(neurons) }] : []),
    { name: resultNames.orders, chunks: ordersCsv(orders) },
  ];
}

/** What is known once neurons have been removed; single.csv where some were removed alone. */
export function curveFiles(curves: readonly AblationCurve[], singles: readonly SingleRemovals[]): ResultFile[] {
  return [
    { name: resultNames.curves, chunks: curvesCsv(curves) },
    ...(singles.length > 0 ? [{ name: resultNames.single, chunks: singleCsv(singles) }] : []),
  ];
}

/** What `--profile` adds. */
export function profileFile(profile: Profile): ResultFile {
  return { name: resultNames.profile, chunks: [`${jsonText(profile)}\n`] };
}

/** The table of a file, from what `read` gives of each repeat. */
function streamed<T>(
  name: string,
  table: CsvTable<T>,
  repeats: readonly number[],
  read: (repeat: number) => Promise<Iterable<T>>,
): StreamedFile {
  async function* groups(): AsyncGenerator<Iterable<T>> {
    for (const repeat of repeats) yield await read(repeat);
  }
  return { name, chunks: streamedCsv(table, groups()) };
}

/** The networks of these repeats. */
export function streamedModels({ network }: ResultsByRepeat, repeats: readonly number[]): StreamedFile[] {
  async function* chunks(repeat: number): AsyncGenerator<Uint8Array> {
    yield encodeSafetensors((await network(repeat)).network);
  }
  return repeats.map((repeat) => ({ name: resultNames.model(repeat), chunks: chunks(repeat) }));
}

/** As `measureFiles`, of results that are read a repeat at a time. */
export async function streamedMeasures(results: ResultsByRepeat): Promise<StreamedFile[]> {
  const { repeats, table, orders, pairs, groups } = results;
  const tables = async (repeat: number) => [await table(repeat)];
  const ofLevels = wantsHistograms(await tables(repeats[0]!));
  return [
    streamed(resultNames.neurons, neuronsTable, repeats, tables),
    ...(pairs ? [await pairsFile(repeats, pairs)] : []),
    ...(groups ? [streamed(resultNames.groups, groupsTable, repeats, async (repeat) => [await groups(repeat)])] : []),
    ...(ofLevels ? [streamed(resultNames.histograms, histogramsTable, repeats, tables)] : []),
    streamed(resultNames.orders, ordersTable, repeats, orders),
  ];
}

/** As `curveFiles`. @param repeats those that are there */
export async function streamedCurves(
  { removals }: ResultsByRepeat,
  repeats: readonly number[],
): Promise<StreamedFile[]> {
  const { singles } = await removals(repeats[0]!);
  const curves = async (repeat: number) => (await removals(repeat)).curves;
  const alone = async (repeat: number) => (await removals(repeat)).singles;
  return [
    streamed(resultNames.curves, curvesTable, repeats, curves),
    ...(singles.length > 0 ? [streamed(resultNames.single, singleTable, repeats, alone)] : []),
  ];
}

/** Files of a study beside study.json. */
interface StudyFileList {
  /** Those that may have been written before. */
  readonly earlier: readonly StreamedFile[];
  readonly last: readonly StreamedFile[];
}

/**
 * Writes what of a study is not in the folder yet, or is there no more, and study.json last: its presence says that the folder
 * is complete, and it says what the others hold.
 */
async function complete(summary: StudySummary, { earlier, last }: StudyFileList, sink: ResultSink): Promise<void> {
  const lost = await sink.lost();
  const needed = earlier.filter(({ name }) => !sink.written.has(name) || lost.includes(name));
  for (const file of [...needed, ...last]) await sink.write(file);
  const study = studyFileText({ ...summary, files: Object.fromEntries(sink.written) });
  await sink.write({ name: resultNames.study, chunks: [study] });
}

/**
 * Writes a study that is in memory.
 * @throws RunError as studyFileText does, before anything is written; as the folder does.
 */
export async function completeResults(results: StudyResults, sink: ResultSink): Promise<void> {
  studyFileText(results);
  const { pairs = [], groups = [] } = results;
  const ofPairs = pairs.length > 0 ? [await pairsFile([...pairs.keys()], async (index) => pairs[index]!)] : [];
  const ofGroups = groups.length > 0 ? [{ name: resultNames.groups, chunks: csvText(groupsTable, groups) }] : [];
  const measured = measureFiles(results.neurons, results.orders);
  const earlier = [...modelFiles(results.networks), ...measured, ...ofPairs, ...ofGroups];
  const { pairRemovals = [] } = results;
  const together = await pairRemovalsFile([0], async () => pairRemovals);
  const last = [...curveFiles(results.curves, results.singles), ...(together ? [together] : [])];
  await complete(results, { earlier, last }, sink);
}

/**
 * Writes what is not yet there of a study that is read a repeat at a time.
 * @param more files beside those of every study
 * @throws RunError as `completeResults`, and where a repeat cannot be read
 */
export async function completeStreamed(
  summary: StudySummary,
  results: ResultsByRepeat,
  sink: ResultSink,
  more: readonly ResultFile[] = [],
): Promise<void> {
  studyFileText(summary);
  const { repeats } = results;
  const earlier = [...streamedModels(results, repeats), ...(await streamedMeasures(results))];
  const together = results.pairRemovals && (await pairRemovalsFile(repeats, results.pairRemovals));
  const last = [...(await streamedCurves(results, repeats)), ...(together ? [together] : []), ...more];
  await complete(summary, { earlier, last }, sink);
}

/**
 * All result files of a study without pairs and groups, each to be consumed once; study.json is the last.
 * @throws RunError as studyFileText does.
 */
export function resultFiles(results: StudyResults): ResultFile[] {
  const { networks, neurons, orders, curves, singles } = results;
  const study: ResultFile = { name: resultNames.study, chunks: [studyFileText(results)] };
  return [...modelFiles(networks), ...measureFiles(neurons, orders), ...curveFiles(curves, singles), study];
}
