/** Labelled samples, in three parts: training, validation (measures and means) and test (accuracy). */

export interface Split {
  /** Number of samples. */
  readonly count: number;
  /** [count, features], row-major; a byte b stands for the input value b / 255, a float for itself. */
  readonly inputs: Uint8Array | Float32Array;
  /** [count], each in 0..classes-1. */
  readonly labels: Uint16Array;
}

/** How inputs are kept: the same in all splits of a data set. */
export const inputTypes = ["bytes", "floats"] as const;
export type InputType = (typeof inputTypes)[number];

export function inputTypeOf({ inputs }: Pick<Split, "inputs">): InputType {
  return inputs instanceof Uint8Array ? "bytes" : "floats";
}

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];

/** Percent for training, validation and test; together 100. */
export type Shares = readonly [train: number, validation: number, test: number];

export interface Dataset {
  readonly name: string;
  readonly features: number;
  /** Shape of one sample, for example [28, 28]; its product is `features`. */
  readonly sampleShape: readonly number[];
  readonly classes: number;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
  /** `[classes]`: what the classes are called, where the data say more than their numbers. */
  readonly classNames?: readonly string[];
  /** Percent of the rows in training, validation and test, where this program divided one table. */
  readonly shares?: Shares;
  /** SHA-256, hexadecimal, of every input and label (see src/data/fingerprint.ts). */
  readonly sha256: string;
}
