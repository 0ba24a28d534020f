/** Labelled samples as bytes, in three parts: training, validation (measures and means) and test (accuracy). */

export interface Split {
  /** Number of samples. */
  readonly count: number;
  /** [count, features], row-major; a byte b stands for the input value b / 255. */
  readonly pixels: Uint8Array;
  /** [count], each in 0..classes-1. */
  readonly labels: Uint16Array;
}

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];

export interface Dataset {
  readonly name: string;
  readonly features: number;
  /** Shape of one sample, for example [28, 28]; its product is `features`. */
  readonly sampleShape: readonly number[];
  readonly classes: number;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
  /** SHA-256, hexadecimal, of every sample byte and label (see src/data/fingerprint.ts). */
  readonly sha256: string;
}
