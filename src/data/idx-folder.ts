/**
 * A folder with the four IDX files of MNIST, Fashion-MNIST, EMNIST and the like, to a Dataset. Any image size and any
 * number of classes; the last sixth of the train file is the validation set (MNIST: 50,000 / 10,000 / 10,000).
 */
import type { Dataset, Split } from "../core/dataset.ts";
import { RunError } from "../core/errors.ts";
import type { FileSource } from "../core/platform.ts";
import { requireEveryClassInValidation } from "./class-counts.ts";
import { fingerprint } from "./fingerprint.ts";
import { type IdxArray, idxFileBytes, parseIdx } from "./idx.ts";
import { shownNames } from "./shown-names.ts";

/** 1 in so many samples of the train file, at its end, is for validation. */
const VALIDATION_DENOMINATOR = 6;

/** Names without `.gz`; the dotted spelling is what some archives unpack to. */
const fileNames = {
  trainImages: ["train-images-idx3-ubyte", "train-images.idx3-ubyte"],
  trainLabels: ["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"],
  testImages: ["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"],
  testLabels: ["t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"],
} as const;
type Role = keyof typeof fileNames;
type Files = Readonly<Record<Role, string>>;

/** Whether a file with one of the names is there, so that the others are missing and not another format meant. */
export function isIdxFolder(files: readonly string[]): boolean {
  const names: readonly string[] = Object.values(fileNames).flat();
  return files.some((file) => names.includes(file.replace(/\.gz$/, "")));
}

/** Images with their labels, of one train or test part. */
interface LabelledImages {
  readonly imagesFile: string;
  readonly labelsFile: string;
  readonly count: number;
  /** Shape of one image; at least one dimension. */
  readonly sampleShape: readonly number[];
  /** [count, features]. */
  readonly inputs: Uint8Array;
  /** [count]. */
  readonly labels: Uint16Array;
}

/**
 * Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`,
 * each plain (preferred) or `.gz`, also spelled `train-images.idx3-ubyte`.
 *
 * Features are the product of an image's dimensions; classes are the largest label of all files plus one, at least 2.
 * Pixels of the result are views into the files' bytes.
 * @param name the data set's name in results.
 * @throws RunError, with the file, for missing, damaged, empty or contradictory files and for a class without
 * validation samples.
 */
export async function readIdxFolder(source: FileSource, name: string): Promise<Dataset> {
  const files = findFiles(source.label, await source.list());
  const train = await readLabelledImages(source, files.trainImages, files.trainLabels);
  const test = await readLabelledImages(source, files.testImages, files.testLabels);
  requireSameShape(train, test);
  const parts = { ...splitTrainFile(train), test: slice(test, 0, test.count) };
  const classes = 1 + Math.max(1, largest(train.labels), largest(test.labels));
  requireEveryClassInValidation(
    { train: parts.train.labels, validation: parts.validation.labels, test: parts.test.labels },
    classes,
    files.trainLabels,
    "the last sixth of the train file is the validation set: shuffle both files alike, number classes without gaps",
  );
  const sampleShape = train.sampleShape;
  const features = train.inputs.length / train.count;
  const contents = { sampleShape, classes, ...parts };
  return { name, features, ...contents, sha256: await fingerprint(contents) };
}

/** The file that plays each role; one error lists all that are missing. */
function findFiles(label: string, present: readonly string[]): Files {
  const there = new Set(present);
  const missing: string[] = [];
  const find = (role: Role): string => {
    const plain = fileNames[role];
    const found = [...plain, ...plain.map((name) => `${name}.gz`)].find((name) => there.has(name));
    if (found === undefined) missing.push(`${plain[0]}[.gz]`);
    return found ?? "";
  };
  const files: Files = {
    trainImages: find("trainImages"),
    trainLabels: find("trainLabels"),
    testImages: find("testImages"),
    testLabels: find("testLabels"),
  };
  if (missing.length > 0) {
    throw new RunError({
      what: missing.length === 1 ? "an IDX file is missing" : `${missing.length} IDX files are missing`,
      where: label,
      expected: missing.join(", "),
      found: shownNames(present),
      fix: "point to the folder that holds these files itself, or add or rename them",
    });
  }
  return files;
}

async function readLabelledImages(source: FileSource, imagesFile: string, labelsFile: string): Promise<LabelledImages> {
  const images = await readIdxFile(source, imagesFile);
  requireRank(images, imagesFile, images.shape.length >= 2, "images: at least 2 dimensions, [samples, ...]");
  const labels = await readIdxFile(source, labelsFile);
  requireRank(labels, labelsFile, labels.shape.length === 1, "labels: 1 dimension, [samples]");
  const [count, ...sampleShape] = images.shape as [number, ...number[]];
  if (labels.bytes.length !== count) {
    throw new RunError({
      what: "images and labels differ in number",
      where: labelsFile,
      expected: `${count} labels, one for each image of ${imagesFile}`,
      found: `${labels.bytes.length} labels`,
      fix: "take both files from the same data set",
    });
  }
  return { imagesFile, labelsFile, count, sampleShape, inputs: images.bytes, labels: Uint16Array.from(labels.bytes) };
}

async function readIdxFile(source: FileSource, name: string): Promise<IdxArray> {
  const content = await source.read(name);
  return parseIdx(name.endsWith(".gz") ? await unpack(source, name, content) : content, name);
}

async function unpack(source: FileSource, name: string, content: Uint8Array): Promise<Uint8Array> {
  try {
    return await source.gunzip(content, (beginning) => idxFileBytes(beginning, name));
  } catch (error) {
    if (error instanceof RunError) throw error;
    const gzip = content[0] === 0x1f && content[1] === 0x8b;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunError(
      {
        what: gzip ? "the gzip file cannot be unpacked" : "this is not a gzip file",
        where: name,
        expected: "one complete gzip stream",
        found: `${content.length} bytes: ${reason}`,
        fix: gzip ? "fetch the file again" : "fetch the file again; if it is unpacked already, take .gz off its name",
      },
      { cause: error },
    );
  }
}

function requireRank(array: IdxArray, where: string, holds: boolean, expected: string): void {
  if (holds) return;
  throw new RunError({
    what: "the IDX file has the wrong number of dimensions",
    where,
    expected,
    found: `sizes ${array.shape.join(" x ")}`,
    fix: "check whether image and label files have been swapped",
  });
}

function requireSameShape(train: LabelledImages, test: LabelledImages): void {
  const expected = train.sampleShape.join(" x ");
  const found = test.sampleShape.join(" x ");
  if (expected === found) return;
  throw new RunError({
    what: "training and test images differ in shape",
    where: test.imagesFile,
    expected: `${expected}, as in ${train.imagesFile}`,
    found,
    fix: "take both files from the same data set",
  });
}

/** The last sixth, at least one sample, for validation; the rest for training. */
function splitTrainFile(file: LabelledImages): { train: Split; validation: Split } {
  if (file.count < 2) {
    throw new RunError({
      what: "the train file is too small to split",
      where: file.imagesFile,
      expected: "at least 2 samples: one for training, one for validation",
      found: `${file.count} sample`,
      fix: "point to a data set with more samples",
    });
  }
  const first = file.count - Math.max(1, Math.floor(file.count / VALIDATION_DENOMINATOR));
  return { train: slice(file, 0, first), validation: slice(file, first, file.count) };
}

/** Samples `from` to `to` (exclusive), as views. */
function slice(file: LabelledImages, from: number, to: number): Split {
  const features = file.inputs.length / file.count;
  return {
    count: to - from,
    inputs: file.inputs.subarray(from * features, to * features),
    labels: file.labels.subarray(from, to),
  };
}

/** A loop, because spreading 60,000 labels into Math.max can exhaust the stack. */
function largest(values: Uint16Array): number {
  let maximum = 0;
  for (const value of values) if (value > maximum) maximum = value;
  return maximum;
}
