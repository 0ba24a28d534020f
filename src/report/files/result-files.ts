/** The files of a result folder, in the order they are written. */

import type { AblationCurve, RemovalOrder, SingleRemovals } from "../../core/ablation.ts";
import type { TrainedNetwork } from "../../core/network.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { jsonText } from "../../core/plain-text.ts";
import { type ResultFile, type ResultSink, resultNames } from "../../core/platform.ts";
import type { Profile } from "../../core/profile.ts";
import type { StudyResults } from "../../core/study.ts";
import { encodeSafetensors } from "../../models/safetensors-model.ts";
import { curvesCsv } from "./curves-file.ts";
import { histogramsCsv, wantsHistograms } from "./histograms-file.ts";
import { neuronsCsv } from "./neurons-file.ts";
import { ordersCsv } from "./orders-file.ts";
import { singleCsv } from "./single-file.ts";
import { studyFileText } from "./study-file.ts";

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

/**
 * Writes what of a study is not in the folder yet, or is there no more, and study.json last: its presence says that the folder
 * is complete, and it says what the others hold.
 * @param more files beside those of every study
 * @throws RunError as studyFileText does, before anything is written; as the folder does.
 */
export async function completeResults(
  results: StudyResults,
  sink: ResultSink,
  more: readonly ResultFile[] = [],
): Promise<void> {
  studyFileText(results);
  const lost = await sink.lost();
  const earlier = [...modelFiles(results.networks), ...measureFiles(results.neurons, results.orders)];
  const needed = earlier.filter(({ name }) => !sink.written.has(name) || lost.includes(name));
  const files = [...needed, ...curveFiles(results.curves, results.singles), ...more];
  for (const file of files) await sink.write(file);
  const study = studyFileText({ ...results, files: Object.fromEntries(sink.written) });
  await sink.write({ name: resultNames.study, chunks: [study] });
}

/**
 * All result files, each to be consumed once; study.json is the last.
 * @throws RunError as studyFileText does.
 */
export function resultFiles(results: StudyResults): ResultFile[] {
  const { networks, neurons, orders, curves, singles } = results;
  const study: ResultFile = { name: resultNames.study, chunks: [studyFileText(results)] };
  return [...modelFiles(networks), ...measureFiles(neurons, orders), ...curveFiles(curves, singles), study];
}
