/** The files of a result folder, in the order they are written. */

import type { AblationCurve, RemovalOrder, SingleRemovals } from "../../core/ablation.ts";
import type { TrainedNetwork } from "../../core/network.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { jsonText } from "../../core/plain-text.ts";
import { type ResultFile, resultNames } from "../../core/platform.ts";
import type { Profile } from "../../core/profile.ts";
import type { StudyResults } from "../../core/study.ts";
import { encodeSafetensors } from "../../models/safetensors-model.ts";
import { curvesCsv } from "./curves-file.ts";
import { histogramsCsv, wantsHistograms } from "./histograms-file.ts";
import { neuronsCsv } from "./neurons-file.ts";
import { ordersCsv } from "./orders-file.ts";
import { singleCsv } from "./single-file.ts";
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

/** What is known once neurons have been removed. */
export function curveFiles(curves: readonly AblationCurve[], singles: readonly SingleRemovals[]): ResultFile[] {
  return [
    { name: resultNames.curves, chunks: curvesCsv(curves) },
    { name: resultNames.single, chunks: singleCsv(singles) },
  ];
}

/** What `--profile` adds. */
export function profileFile(profile: Profile): ResultFile {
  return { name: resultNames.profile, chunks: [`${jsonText(profile)}\n`] };
}

/**
 * The files that complete a folder. study.json comes last, so that its presence says the folder is complete; its text is
 * made first, so that results it cannot hold are noticed before anything is written.
 * @throws RunError as studyFileText does.
 */
export function closingFiles(
  summary: StudySummary,
  curves: readonly AblationCurve[],
  singles: readonly SingleRemovals[],
): ResultFile[] {
  const study = studyFileText(summary);
  return [...curveFiles(curves, singles), { name: resultNames.study, chunks: [study] }];
}

/** All result files, each to be consumed once. */
export function resultFiles(results: StudyResults): ResultFile[] {
  const closing = closingFiles(results, results.curves, results.singles);
  return [...modelFiles(results.networks), ...measureFiles(results.neurons, results.orders), ...closing];
}
