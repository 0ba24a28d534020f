/**
 * Divides samples so that each class has nearly the same share in every split. Always the same for the same labels: it
 * depends on no option but the shares, so that studies with different seeds share their data.
 */

import { classCounts } from "../../core/class-counts.ts";
import { type Shares, type SplitName, splitNames } from "../../core/dataset.ts";
import { RandomSequence, streams } from "../../core/random.ts";

const SPLIT_SEED = 0;

/** Indices of the samples of each split, in the order in which it holds them. */
type Members = Readonly<Record<SplitName, Uint32Array>>;

/**
 * Each class in the same proportion as nearly as whole samples allow (every share is within one sample of proportional),
 * and the totals exact: validation and test have their share rounded down, training has the rest (without training, test). Within a class, a fixed
 * permutation decides (stream `split`, seed 0, repeat = class); each split's samples are then put in a fixed random order,
 * so that classes are mixed.
 * @param labels [samples], each in 0..classes-1.
 * @param shares in any unit: [3, 1, 1] is [60, 20, 20]
 */
export function stratifiedSplit(labels: ArrayLike<number>, classes: number, shares: Shares): Members {
  const whole = shares[0] + shares[1] + shares[2];
  const validationTotal = Math.floor((labels.length * shares[1]) / whole);
  // What rounding leaves over is for training, unless nothing is to be trained.
  const testTotal = shares[0] === 0 ? labels.length - validationTotal : Math.floor((labels.length * shares[2]) / whole);
  const totals = { train: labels.length - validationTotal - testTotal, validation: validationTotal, test: testTotal };
  const counts = Array.from(classCounts(labels, classes));
  // Two steps rather than three independent shares, so that a class's shares always add up to the class.
  const train = apportion(counts, totals.train);
  const heldOut = counts.map((count, label) => count - train[label]!);
  const validation = apportion(heldOut, validationTotal);
  const members: Record<SplitName, Uint32Array> = {
    train: new Uint32Array(totals.train),
    validation: new Uint32Array(totals.validation),
    test: new Uint32Array(totals.test),
  };
  const filled: Record<SplitName, number> = { train: 0, validation: 0, test: 0 };
  for (const [label, own] of membersOfClasses(labels, classes).entries()) {
    const order = new RandomSequence(SPLIT_SEED, label, streams.split).permutation(own.length);
    const trainEnd = train[label]!;
    const validationEnd = trainEnd + validation[label]!;
    for (const [place, position] of order.entries()) {
      const name = place < trainEnd ? "train" : place < validationEnd ? "validation" : "test";
      members[name][filled[name]++] = own[position]!;
    }
  }
  return {
    train: mix(members.train, "train"),
    validation: mix(members.validation, "validation"),
    test: mix(members.test, "test"),
  };
}

/** [classes]: the indices of each class's samples. */
function membersOfClasses(labels: ArrayLike<number>, classes: number): Uint32Array[] {
  const members = Array.from(classCounts(labels, classes), (count) => new Uint32Array(count));
  const filled = new Uint32Array(classes);
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]!;
    members[label]![filled[label]!++] = sample;
  }
  return members;
}

/**
 * Shares `total` seats among groups in proportion to their sizes: the whole part each, and the seats left over to the
 * largest remainders, ties to the lower index. No group gets more than its size while `total` is at most their sum.
 */
function apportion(sizes: readonly number[], total: number): number[] {
  const sum = sizes.reduce((accumulated, size) => accumulated + size, 0);
  if (sum === 0) return sizes.map(() => 0);
  const seats = sizes.map((size) => Math.floor((size * total) / sum));
  const remainder = (index: number) => (sizes[index]! * total) % sum;
  const byRemainder = Array.from(sizes.keys()).sort((a, b) => remainder(b) - remainder(a) || a - b);
  const left = total - seats.reduce((accumulated, seat) => accumulated + seat, 0);
  for (const index of byRemainder.slice(0, left)) seats[index]!++;
  return seats;
}

/** The split's samples in its fixed order; instance 0 of the stream is taken by the classes. */
function mix(members: Uint32Array, splitName: SplitName): Uint32Array {
  const instance = 1 + splitNames.indexOf(splitName);
  const order = new RandomSequence(SPLIT_SEED, 0, streams.split, instance).permutation(members.length);
  return order.map((position) => members[position]!);
}
