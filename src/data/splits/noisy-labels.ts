/**
 * Training labels of which a share is wrong, to see what networks do that had to learn by heart. So many samples, drawn without
 * repetition, get another class each, all others equally likely. The draw depends on the seed alone: all repeats learn from the
 * same labels. Validation and test labels stay as they are.
 */
import type { Dataset } from "../../core/dataset.ts";
import { RandomSequence, streams } from "../../core/random.ts";
import type { TrainingConfig } from "../../core/study.ts";

/** Of so many training samples, how many get another class. */
export function noisyCount(samples: number, share = 0): number {
  return Math.round(share * samples);
}

/** The data to train on; the same object where no label is to be wrong. */
export function withNoisyLabels(
  dataset: Dataset,
  { noisyLabels, seed }: Pick<TrainingConfig, "noisyLabels"> & { readonly seed: number },
): Dataset {
  const { train, classes } = dataset;
  const count = noisyCount(train.count, noisyLabels);
  if (count === 0) return dataset;
  const random = new RandomSequence(seed, 0, streams.noisyLabels);
  const labels = train.labels.slice();
  for (const sample of random.permutation(train.count).subarray(0, count)) {
    labels[sample] = (labels[sample]! + 1 + random.nextBelow(classes - 1)) % classes;
  }
  return { ...dataset, train: { ...train, labels } };
}
