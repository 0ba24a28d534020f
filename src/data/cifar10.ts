/**
 * CIFAR-10 in its binary version: `data_batch_1.bin` and further ones, `test_batch.bin`, and the names of the classes in
 * `batches.meta.txt`. A record is a label and 3 planes (red, green, blue) of 32 x 32 bytes.
 */
import type { DataFolder } from "../core/platform.ts";
import { damagedData, type GivenParts, type RowChunk } from "./rows.ts";

const SHAPE = [3, 32, 32];
const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;
const CLASSES = 10;
const TRAIN = /^data_batch_(\d+)\.bin$/;
const TEST = "test_batch.bin";
const NAMES = "batches.meta.txt";
const FETCH_AGAIN = "fetch the data again: gpu-importance data fetch cifar10";

export function isCifar10(files: readonly string[]): boolean {
  return files.some((name) => TRAIN.test(name) || name === TEST);
}

/** @throws RunError where a file is missing, not whole records, or holds a label beyond the classes. */
export async function readCifar10(folder: DataFolder, files: readonly string[]): Promise<GivenParts> {
  const batches = files.filter((name) => TRAIN.test(name)).sort((a, b) => batchNumber(a) - batchNumber(b));
  if (batches.length === 0 || !files.includes(TEST)) {
    const missing = batches.length === 0 ? "data_batch_1.bin" : TEST;
    throw damagedData(folder.label, "a file of CIFAR-10 is missing", missing, files.join(", "), FETCH_AGAIN);
  }
  const names = await classNames(folder, files);
  const rows = (batch: readonly string[]) => records(folder, batch, names);
  return {
    train: { where: folder.label, rows: () => rows(batches) },
    test: { where: `${folder.label}, ${TEST}`, rows: () => rows([TEST]) },
    validationFrom: "end",
  };
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
