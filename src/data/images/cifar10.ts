/**
 * CIFAR-10 in its binary version: `data_batch_1.bin` and further ones, `test_batch.bin`, and the names of the classes in
 * `batches.meta.txt`. A record is a label and 3 planes (red, green, blue) of 32 x 32 bytes.
 */
import { greatest } from "../../core/long-arrays.ts";
import type { DataFolder } from "../../core/platform.ts";
import { damagedData, type GivenParts, type RowChunk } from "../rows.ts";

const SHAPE = [3, 32, 32];
const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;
const CLASSES = 10;
const TRAIN = /^data_batch_(\d+)\.bin$/;
const TEST = "test_batch.bin";
const NAMES = "batches.meta.txt";
/** Batches of training samples as published. */
const BATCHES = 5;
const BATCH_RECORDS = 10_000;
const PYTHON = /^data_batch_\d+$/;
const FETCH_AGAIN = "fetch the data again: gpu-importance data fetch cifar10";

export function isCifar10(files: readonly string[]): boolean {
  return files.some((name) => TRAIN.test(name) || PYTHON.test(name) || name === TEST);
}

/** The parts, and what they are read from. */
interface Cifar10 {
  readonly parts: GivenParts;
  readonly files: readonly string[];
}

/** @throws RunError where a file is missing, not whole records, or holds a label beyond the classes. */
export async function readCifar10(folder: DataFolder, files: readonly string[]): Promise<Cifar10> {
  const python = files.find((name) => PYTHON.test(name));
  if (python !== undefined) {
    const expected = "the binary version: data_batch_1.bin, ..., test_batch.bin";
    const fix = "fetch the binary version: gpu-importance data fetch cifar10";
    throw damagedData(folder.label, "this is the Python version of CIFAR-10, which is pickled", expected, python, fix);
  }
  const batches = files.filter((name) => TRAIN.test(name)).sort((a, b) => batchNumber(a) - batchNumber(b));
  if (batches.length === 0 || !files.includes(TEST)) {
    const missing = batches.length === 0 ? "data_batch_1.bin" : TEST;
    throw damagedData(folder.label, "a file of CIFAR-10 is missing", missing, files.join(", "), FETCH_AGAIN);
  }
  await requireAllBatches(folder, batches);
  const names = await classNames(folder, files);
  const rows = (batch: readonly string[]) => records(folder, batch, names);
  const train = { where: folder.label, hasNamedClasses: true, rows: () => rows(batches) };
  const test = { where: `${folder.label}, ${TEST}`, hasNamedClasses: true, rows: () => rows([TEST]) };
  return { parts: { train, test, validationFrom: "end" }, files: [...batches, TEST, NAMES] };
}

/** @throws RunError where numbers are left out or twice there, or batches of the published size are fewer than published */
async function requireAllBatches(folder: DataFolder, batches: readonly string[]): Promise<void> {
  const numbers = batches.map(batchNumber);
  const isPublished = (await folder.size(batches[0]!)) === BATCH_RECORDS * RECORD;
  const most = greatest([...numbers, isPublished ? BATCHES : 1]);
  const missing = Array.from({ length: most }, (_, index) => index + 1).filter((number) => !numbers.includes(number));
  if (missing.length === 0 && new Set(numbers).size === numbers.length && !numbers.includes(0)) return;
  const what = missing.length > 0 ? "a file of CIFAR-10 is missing" : "batches of CIFAR-10 have one number";
  const expected = missing.length > 0 ? missing.map((number) => `data_batch_${number}.bin`).join(", ") : "each once";
  throw damagedData(folder.label, what, expected, batches.join(", "), FETCH_AGAIN);
}

function batchNumber(name: string): number {
  return Number(TRAIN.exec(name)![1]);
}

/** [10] names; their numbers where there is no file of names. */
async function classNames(folder: DataFolder, files: readonly string[]): Promise<string[]> {
  if (!files.includes(NAMES)) return Array.from({ length: CLASSES }, (_, label) => String(label));
  const lines = new TextDecoder().decode(await folder.read(NAMES)).split("\n");
  const names = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (new Set(names).size === CLASSES && names.length === CLASSES) return names;
  const expected = `${CLASSES} different names, one a line`;
  throw damagedData(NAMES, "the names of the classes are damaged", expected, `${names.length} lines`, FETCH_AGAIN);
}

async function* records(
  folder: DataFolder,
  files: readonly string[],
  names: readonly string[],
): AsyncGenerator<RowChunk> {
  for (const file of files) yield batch(await folder.read(file), file, names);
}

function batch(bytes: Uint8Array, file: string, names: readonly string[]): RowChunk {
  const count = bytes.length / RECORD;
  if (count === 0 || !Number.isInteger(count)) {
    const expected = `whole records of ${RECORD} bytes`;
    throw damagedData(file, "the file is truncated or too long", expected, `${bytes.length} bytes`, FETCH_AGAIN);
  }
  const inputs = new Uint8Array(count * PIXELS);
  const labels = Array.from({ length: count }, (_, record) => {
    inputs.set(bytes.subarray(record * RECORD + 1, (record + 1) * RECORD), record * PIXELS);
    const label = bytes[record * RECORD]!;
    const name = names[label];
    if (name !== undefined) return name;
    const where = `${file}, record ${record} (from 0)`;
    throw damagedData(where, "a label is out of range", `0 to ${CLASSES - 1}`, `${label}`, FETCH_AGAIN);
  });
  return { sampleShape: SHAPE, inputs, labels };
}
