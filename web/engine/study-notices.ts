/** All that the page is told of a study at once. */
import { layerSizes, studyShape } from "../../src/core/layers/network-shape.ts";
import { shapeOf } from "../../src/core/layers/registry.ts";
import { networkShape } from "../../src/core/network.ts";
import type { DatasetSummary, RecordedConfig } from "../../src/core/study.ts";
import { noisyCount } from "../../src/data/splits/noisy-labels.ts";
import type { LabStudy } from "./lab-study.ts";
import type { LabNotice } from "./protocol.ts";

/** What has to be said of networks that learned from wrong labels. */
function noiseNotes({ noisyLabels = 0, seed }: RecordedConfig, { train }: DatasetSummary): string[] {
  const count = noisyCount(train, noisyLabels);
  if (count === 0) return [];
  const share = `${(100 * noisyLabels).toFixed(0)} %`;
  return [
    `${count} of ${train} training labels (${share}) were replaced by other classes, drawn with seed ${seed}; validation and ` +
      "test labels are as they were",
  ];
}

export function studyNotices(study: LabStudy): LabNotice[] {
  const { origin, label, config, dataset, networks, live, lacking, missing, warnings, notes, epochs, epoch } = study;
  const { repeats, neurons, orders, singles } = study;
  const shape = networks[0] ? networkShape(networks[0].network) : studyShape(dataset, config);
  const known = origin === "network-file" ? {} : { config };
  return [
    {
      type: "study",
      origin,
      label,
      ...known,
      dataset,
      widths: layerSizes(shape),
      validationLabels: live?.dataset.validation.labels ?? new Uint16Array(),
      live: live !== undefined,
      lacking,
      missing,
      warnings,
      ...(epochs !== undefined &&
        epoch !== undefined && { epoch: { shown: epoch, kept: epochs.kept, training: epochs.id } }),
      notes: [...notes, ...noiseNotes(config, dataset)],
    },
    ...networks.map(({ repeat, network }): LabNotice => {
      const first = network.layers[0]!;
      return { type: "firstLayer", repeat, neurons: shapeOf(first).units, weights: first.weights };
    }),
    { type: "measured", repeats, neurons },
    { type: "orders", orders },
    ...(singles.length > 0 ? [{ type: "singles", singles } as const] : []),
  ];
}
