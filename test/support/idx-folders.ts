/** The tiny data set of tiny-study.ts as the four IDX files that people have. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeIdx } from "../../src/data/images/idx.ts";
import { tinyDataset } from "./tiny-study.ts";

/** File name to content; a test changes what it wants damaged. */
export type IdxFiles = Map<string, Uint8Array>;

export const idxNames = {
  trainImages: "train-images-idx3-ubyte",
  trainLabels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
} as const;

/** Samples for training, validation and test when the files are read: the last sixth of the train file is validation. */
export const idxSizes = { train: 150, validation: 30, test: 60, classes: 3, features: 36 };

export function idxImages(count: number, pixels: Uint8Array): Uint8Array {
  return writeIdx({ shape: [count, ...tinyDataset.sampleShape], bytes: pixels });
}

export function idxLabels(labels: ArrayLike<number>): Uint8Array {
  return writeIdx({ shape: [labels.length], bytes: Uint8Array.from(labels) });
}

/** 180 samples to train and validate with, 60 to test with, classes in turn. */
export function tinyIdxFiles(): IdxFiles {
  const { train, validation, test } = tinyDataset;
  const pixels = Uint8Array.from([...train.inputs, ...validation.inputs]);
  return new Map([
    [idxNames.trainImages, idxImages(train.count + validation.count, pixels)],
    [idxNames.trainLabels, idxLabels([...train.labels, ...validation.labels])],
    [idxNames.testImages, idxImages(test.count, Uint8Array.from(test.inputs))],
    [idxNames.testLabels, idxLabels(test.labels)],
  ]);
}

export function gzipped(files: IdxFiles): IdxFiles {
  return new Map([...files].map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
}

/** @returns the path of the folder. */
export function writeFolder(parent: string, name: string, files: IdxFiles): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes);
  return folder;
}
