/** Labelled samples, in three parts: training, validation (measures and means) and test (accuracy). */
import type { AppliedTreatment } from "./input-treatment.ts";
import type { InputType } from "./input-type.ts";

export interface Split {
  /** Number of samples. */
  readonly count: number;
  /** [count, features], row-major; a byte b stands for the input value b / 255, a float for itself. */
  readonly inputs: Uint8Array | Float32Array;
  /** [count], each in 0..classes-1. */
  readonly labels: Uint16Array;
}

/** A split whose inputs are not in memory: they are read page by page, for data that are larger than the memory. */
export interface PagedSplit {
  readonly count: number;
  /** [count], as of a split. */
  readonly labels: Uint16Array;
  readonly inputType: InputType;
  /** Samples of a page, a multiple of PAGE_GRANULE; the last page holds what is left. */
  readonly pageSamples: number;
  /** [samples of the page, features], as the inputs of a split. One call at a time; the next, of any split, may overwrite them. */
  readPage(page: number): Promise<Uint8Array | Float32Array>;
}

/**
 * Pages begin at multiples of this many samples, which is a whole number of the blocks that sums are made of (32 and 64
 * samples), so that pages change no bit of a result.
 */
export const PAGE_GRANULE = 64;

/** Whether inputs are read page by page. */
export function isPaged(split: Split | PagedSplit): split is PagedSplit {
  return "readPage" in split;
}

export function inputTypeOf(split: Pick<Split, "inputs"> | Pick<PagedSplit, "inputType">): InputType {
  if ("inputType" in split) return split.inputType;
  return split.inputs instanceof Uint8Array ? "bytes" : "floats";
}

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];

/** Percent for training, validation and test; together 100. */
export type Shares = readonly [train: number, validation: number, test: number];

/** What is known of a data set besides its samples. */
export interface DatasetFacts {
  readonly name: string;
  readonly features: number;
  /** Shape of one sample, for example [28, 28]; its product is `features`. */
  readonly sampleShape: readonly number[];
  readonly classes: number;
  /** `[classes]`: what the classes are called, where the data say more than their numbers. */
  readonly classNames?: readonly string[];
  /** Percent of the rows in training, validation and test, where this program divided one table. */
  readonly shares?: Shares;
  /** What was done with the inputs after they were read, where anything was. */
  readonly treatment?: AppliedTreatment;
  /** SHA-256, hexadecimal, of every input and label as they were read (see src/data/splits/fingerprint.ts). */
  readonly sha256: string;
}

export interface Dataset extends DatasetFacts, Readonly<Record<SplitName, Split>> {}

/** A data set whose inputs are read page by page. */
export interface PagedDataset extends DatasetFacts, Readonly<Record<SplitName, PagedSplit>> {}

/** For what needs no more of a data set than its labels, or takes pages as well as whole splits. */
export type AnyDataset = Dataset | PagedDataset;
