/** Whether training has taught networks anything: a guess that looks at no sample is the least that they must be better than. */

import { classCounts } from "../core/class-counts.ts";
import type { AnyDataset } from "../core/dataset.ts";
import { logarithm } from "../core/elementary.ts";
import type { TrainedNetwork } from "../core/network.ts";
import { repeatsText } from "../core/repeats-text.ts";

/**
 * Mean cross-entropy of the best guess that is the same for all samples, the shares of the classes: their entropy, nats.
 * @param perClass [classes] samples
 */
export function constantGuessLoss(perClass: ArrayLike<number>): number {
  const counts = Array.from(perClass);
  const samples = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / samples) * logarithm(count / samples)), 0);
}

const lossText = (loss: number) => (loss < 1e4 ? loss.toFixed(4) : loss.toExponential(1));

/** The loss of such a guess on a training set. */
export const guessLossOn = ({ train, classes }: Pick<AnyDataset, "train" | "classes">): number =>
  constantGuessLoss(classCounts(train.labels, classes));

/** Networks with their losses; those that were not trained here have none, and nothing is said of them. */
type Taught = readonly Pick<TrainedNetwork, "repeat" | "trainLoss">[];

/** `warningsBeside` for the training set of a data set. */
export function learningWarnings(networks: Taught, dataset: Pick<AnyDataset, "train" | "classes">): string[] {
  return warningsBeside(networks, guessLossOn(dataset));
}

/**
 * Says which networks ended with a loss that a guess does not exceed.
 * @param guess `guessLossOn` their training set, nats
 * @returns none, or one sentence without full stop
 */
export function warningsBeside(networks: Taught, guess: number): string[] {
  const failed = networks.filter(({ trainLoss }) => trainLoss.length > 0 && !(trainLoss.at(-1)! < guess));
  const [first, another] = failed;
  if (first === undefined) return [];
  const worst = failed.reduce((most, { trainLoss }) => Math.max(most, trainLoss.at(-1)!), 0);
  const who = `${repeatsText(failed.map(({ repeat }) => repeat))} ${another === undefined ? "has" : "have"}`;
  return [
    `${who} not learned: the loss in the last epoch is ${another === undefined ? "" : "up to "}${lossText(worst)} nats, ` +
      `that of a constant guess ${lossText(guess)}; try another --learning-rate, or more epochs`,
  ];
}
