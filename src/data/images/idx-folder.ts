/**
 * A folder with the four IDX files of MNIST, Fashion-MNIST, EMNIST and the like, to a Dataset. Any image size and any
 * number of classes; the last sixth of the train file is the validation set (MNIST: 50,000 / 10,000 / 10,000).
 */
import type { Dataset, Split } from "../../core/dataset.ts";
import { RunError } from "../../core/errors.ts";
import type { FileSource } from "../../core/platform.ts";
import type { Divided } from "../splits/divide.ts";
import { fingerprint } from "../splits/fingerprint.ts";
import { requireEveryClassInValidation } from "../splits/require-every-class.ts";
import { type IdxArray, idxFileBytes, parseIdx } from "./idx.ts";
import { findIdxFiles, type IdxPair, isIdxName } from "./idx-names.ts";

/** 1 in so many samples of the train file, at its end, is for validation. */
const VALIDATION_DENOMINATOR = 6;
/** The last character of Unicode. */
const MAX_CODE = 0x10ffff;

/** Whether a file with one of the names is there, so that the others are missing and not another format meant. */
export function isIdxFolder(files: readonly string[]): boolean {
  return files.some(isIdxName);
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

/** What IDX files hold, before labels are put into another order. */
interface IdxData {
  readonly divided: Divided;
  /** [classes]: the label in the files of each class. */
  readonly numbers: readonly number[];
  /** Names of the files that were read. */
  readonly files: readonly string[];
}

/**
 * Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`,
 * each plain (preferred) or `.gz`, also in other spellings (idx-names.ts), and images and labels for validation where there
 * are such.
 *
 * Features are the product of an image's dimensions; classes are the labels that occur, in order (so that EMNIST's letters
 * 1..26 are 26 classes), at least 2. Pixels of the result are views into the files' bytes.
 * @throws RunError, with the file, for missing, damaged, empty or contradictory files and for a class without
 * validation samples.
 */
export async function readIdx(source: FileSource): Promise<IdxData> {
  const present = await source.list();
  const { set, ...files } = findIdxFiles(source.label, present);
  const read = ({ images, labels }: IdxPair) => readLabelledImages(source, images, labels);
  const train = await read(files.train);
  const test = await read(files.test);
  const given = files.validation && (await read(files.validation));
  requireSameShape(train, test);
  if (given !== undefined) requireSameShape(train, given);
  const whole = (part: LabelledImages) => slice(part, 0, part.count);
  const parts = {
    ...(given === undefined ? splitTrainFile(train) : { train: whole(train), validation: whole(given) }),
    test: whole(test),
  };
  const numbers = labelsOf([train.labels, test.labels, ...(given ? [given.labels] : [])]);
  const mapping = `${set}mapping.txt`;
  const hasMapping = set !== "" && present.includes(mapping);
  const names = hasMapping ? await mappedNames(source, mapping, numbers) : numbers.map(String);
  const tellsMore = names.some((one, number) => one !== String(number));
  const places = new Map(numbers.map((number, place) => [number, place]));
  for (const split of Object.values(parts)) {
    for (let sample = 0; sample < split.count; sample++) split.labels[sample] = places.get(split.labels[sample]!)!;
  }
  requireEveryClassInValidation(
    { train: parts.train.labels, validation: parts.validation.labels, test: parts.test.labels },
    numbers.length,
    files.train.labels,
    "the last sixth of the train file is the validation set: shuffle both files alike",
    tellsMore ? names : undefined,
  );
  const { sampleShape } = train;
  const facts = { sampleShape, classes: numbers.length, ...(tellsMore && { classNames: names }) };
  const divided = { features: train.inputs.length / train.count, ...facts, ...parts };
  const pairs = [files.train, files.test, ...(files.validation ? [files.validation] : [])];
  const used = [...pairs.flatMap(({ images, labels }) => [images, labels]), ...(hasMapping ? [mapping] : [])];
  return { divided, numbers, files: used };
}

/**
 * The same, complete.
 * @param name the data set's name in results.
 */
export async function readIdxFolder(source: FileSource, name: string): Promise<Dataset> {
  const { divided } = await readIdx(source);
  return { ...divided, name, sha256: await fingerprint(divided) };
}

/** The labels that occur, in order; two at least, so that one class alone is missed in the validation part. */
function labelsOf(parts: readonly Uint16Array[]): number[] {
  const there = new Set<number>();
  for (const labels of parts) for (const label of labels) there.add(label);
  if (there.size === 1) there.add([...there][0] === 0 ? 1 : 0);
  return [...there].sort((a, b) => a - b);
}

/** EMNIST's table of characters: a label and the codes of what it stands for in each line. */
async function mappedNames(source: FileSource, file: string, numbers: readonly number[]): Promise<string[]> {
  const lines = new TextDecoder().decode(await source.read(file)).split("\n");
  const names = new Map<number, string>();
  for (const line of lines.map((one) => one.trim()).filter((one) => one !== "")) {
    const [label, ...codes] = line.split(/\s+/).map(Number);
    const isLine = [label, ...codes].every((code) => Number.isInteger(code) && code! >= 0 && code! <= MAX_CODE);
    if (!isLine || codes.length === 0) throw damagedMapping(file, JSON.stringify(line.slice(0, 40)));
    names.set(label!, codes.map((code) => String.fromCodePoint(code)).join(""));
  }
  const missing = numbers.find((number) => !names.has(number));
  if (missing !== undefined) throw damagedMapping(file, `no line for label ${missing}`);
  const all = numbers.map((number) => names.get(number)!);
  return new Set(all).size === all.length ? all : numbers.map(String);
}

function damagedMapping(where: string, found: string): RunError {
  const expected = "a label and the codes of its characters in each line";
  return new RunError({
    what: "the names of the classes are damaged",
    where,
    expected,
    found,
    fix: "fetch the file again",
  });
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
