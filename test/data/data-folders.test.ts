/** Folders of data as people have them: what is read, what is named, and what is refused since it would be left out. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/core/dataset.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { writeIdx } from "../../src/data/images/idx.ts";
import { type DataOptions, openData } from "../../src/data/open-data.ts";
import { cifarBatch, npy, npz, png } from "../support/data-files.ts";
import { type Files, memoryFolder } from "../support/memory-folder.ts";

interface Opened extends Dataset {
  readonly notes: readonly string[];
}

async function open(files: Files, options: DataOptions = {}): Promise<Opened> {
  const notes: string[] = [];
  const data = await openData(memoryFolder(files), "set", { ...options, onNote: (line) => notes.push(line) });
  return { ...data, notes };
}

/** One file of a folder, as its path gives it. */
async function openFile(files: Files, name: string, options: DataOptions = {}): Promise<Opened> {
  const notes: string[] = [];
  const folder = memoryFolder(files);
  const only = { ...folder, list: async () => [name], folders: async () => [], beside: async () => Object.keys(files) };
  const data = await openData(only, "set", { ...options, onNote: (line) => notes.push(line) });
  return { ...data, notes };
}

async function refusal(opening: Promise<Dataset>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunError || error instanceof UsageError) return error.message;
  throw error ?? new Error("it was accepted");
}

const counts = ({ train, validation, test: heldOut }: Dataset) => [train.count, validation.count, heldOut.count];

const rows = Array.from({ length: 30 }, (_, i) => `${(7 * i) % 11},${(3 * i) % 7},${i % 3}`).join("\n");
const csv = `a,b,label\n${rows}\n`;
const picture = (value: number) => png(2, 2, 1, [value, 1, 2, 3]);
const pictures = (folder: string, count = 10) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, picture(i)]));
const classes = { ...pictures("ant"), ...pictures("bee"), ...pictures("cat") };
const inParts = (train: string, heldOut: string) => ({
  ...pictures(`${train}/ant`, 12),
  ...pictures(`${train}/bee`, 12),
  ...pictures(`${heldOut}/ant`, 3),
  ...pictures(`${heldOut}/bee`, 3),
});
const images = (count: number) =>
  writeIdx({ shape: [count, 2, 2], bytes: Uint8Array.from({ length: 4 * count }, (_, i) => (i * 7) % 256) });
const idxLabels = (labels: readonly number[]) => writeIdx({ shape: [labels.length], bytes: Uint8Array.from(labels) });
const cycle = (count: number, first: number, number: number) =>
  Array.from({ length: count }, (_, i) => first + (i % number));
const idx = (prefix = "", heldOut = "t10k", first = 0): Record<string, Uint8Array> => ({
  [`${prefix}train-images-idx3-ubyte`]: images(36),
  [`${prefix}train-labels-idx1-ubyte`]: idxLabels(cycle(36, first, 3)),
  [`${prefix}${heldOut}-images-idx3-ubyte`]: images(9),
  [`${prefix}${heldOut}-labels-idx1-ubyte`]: idxLabels(cycle(9, first, 3)),
});
const x = (count: number) =>
  npy(
    Float32Array.from({ length: 2 * count }, (_, i) => ((i * 5) % 7) / 2),
    [count, 2],
  );
const y = (count: number) => npy(Uint8Array.from(cycle(count, 0, 3)), [count]);
const archive = (count: number, part = "") => npz({ [`x${part}`]: x(count), [`y${part}`]: y(count) });
const batch = cifarBatch(cycle(20, 0, 10));
const cifar = (numbers: readonly number[]) =>
  Object.fromEntries([...numbers.map((number) => [`data_batch_${number}.bin`, batch]), ["test_batch.bin", batch]]);

describe("data that would be left out are refused by their path:", () => {
  test.each<[string, Files, string]>([
    ["a JPEG among PNG", { ...classes, "bee/x.jpg": "x" }, "some/folder/bee/x.jpg"],
    ["a class of JPEG alone", { ...classes, "dog/x.JPEG": "x" }, "some/folder/dog/x.JPEG"],
    ["pictures beside the classes", { ...classes, "x.png": picture(1) }, "some/folder/x.png"],
    ["a class a folder deeper", { ...classes, ...pictures("dog/session0") }, "some/folder/dog/session0/0.png"],
    ["pictures of a class a folder deeper", { ...classes, ...pictures("cat/more") }, "some/folder/cat/more/0.png"],
    ["a table among pictures", { ...classes, "labels.csv": csv }, "some/folder/ant/0.png"],
    ["a further part", { ...inParts("train", "test"), ...pictures("extra/ant") }, "some/folder/extra/ant/0.png"],
    ["a JPEG in a part", { ...inParts("train", "test"), "test/bee/x.jpg": "x" }, "some/folder/test/bee/x.jpg"],
    ["a folder of tables beside tables", { "t.csv": csv, "more/u.csv": csv }, "some/folder/more/u.csv"],
    ["pictures beside a table", { "t.csv": csv, "x.png": picture(1) }, "some/folder/x.png"],
    ["an archive that is no part", { "train.csv": csv, "test.csv": csv, "z.jsonl": "x" }, "some/folder/z.jsonl"],
    ["a table beside IDX files", { ...idx(), "more.csv.gz": "x" }, "some/folder/more.csv.gz"],
    ["further IDX files", { ...idx(), "extra-images-idx3-ubyte": images(3) }, "some/folder/extra-images-idx3-ubyte"],
    ["a packed batch of CIFAR-10", { ...cifar([1, 2]), "data_batch_3.bin.gz": "x" }, "data_batch_3.bin.gz"],
  ])("%s", async (_, files, path) => {
    const message = await refusal(open(files));
    expect(message).toMatch(/something that looks like data would not be read/);
    expect(message).toContain(path);
  });

  test.each<[string, Files, RegExp]>([
    ["a batch of CIFAR-10 that the others announce", cifar([1, 2, 4]), /missing[\s\S]*expected: data_batch_3\.bin\n/],
    [
      "two batches of one number",
      { ...cifar([1, 2]), "data_batch_01.bin": batch },
      /batches of CIFAR-10 have one number/,
    ],
    ["CIFAR-10 in pickles", { data_batch_1: "x", test_batch: "x", "batches.meta": "x" }, /Python version of CIFAR-10/],
    ["images without labels", { "train-images-idx3-ubyte": images(3) }, /3 IDX files are missing[\s\S]*train-labels/],
    ["a half of a validation part", { ...idx(), "val-images-idx3-ubyte": images(3) }, /validation-labels-idx1-ubyte/],
    [
      "two sets of IDX files",
      { ...idx("emnist-a-", "test"), ...idx("emnist-b-", "test") },
      /several sets[\s\S]*emnist-a-/,
    ],
    [
      "a part in two folders",
      { ...inParts("train", "test"), ...pictures("training/ant") },
      /one part lies in two folders/,
    ],
    [
      "an array of a part that is not known",
      { "d.npz": npz({ x_train: x(9), y_train: y(9), x_test: x(9), y_test: y(9), x_holdout: x(3) }) },
      /would not be read[\s\S]*x_holdout/,
    ],
    [
      "two arrays of one role",
      { "d.npz": npz({ x: x(9), images: x(9), y: y(9) }) },
      /two arrays play one role[\s\S]*images/,
    ],
    [
      "arrays of no part beside parts",
      { "d.npz": npz({ x: x(9), y: y(9), x_train: x(9), y_train: y(9), x_test: x(9), y_test: y(9) }) },
      /not clear which arrays/,
    ],
    [
      "two parts in an archive called as one",
      { "train.npz": npz({ x_train: x(9), y_train: y(9), x_val: x(9), y_val: y(9) }), "test.npz": archive(9) },
      /not those of one part/,
    ],
    ["a packed archive", { "d.npz.gz": gzipSync(archive(9)) }, /packed by gzip[\s\S]*gunzip/],
  ])("%s", async (_, files, message) => {
    expect(await refusal(open(files))).toMatch(message);
  });
});

describe("read are", () => {
  test.each([
    ["training", "testing"],
    ["Train", "TEST"],
  ])("pictures in %s and %s", async (train, heldOut) => {
    expect(counts(await open(inParts(train, heldOut)))).toEqual([20, 4, 6]);
  });

  test("archives in parts, each with the arrays of its own or X and y alone", async () => {
    const data = await open({ "train.npz": archive(18), "test.npz": archive(9, "_test"), "dev.npz": archive(6) });
    expect(counts(data)).toEqual([18, 6, 9]);
    expect(counts(await open({ "train.npz": archive(18), "test.csv": csv }))).toEqual([15, 3, 30]);
  });

  test("a file and not its packed twin, which is named", async () => {
    const data = await open({ "t.csv": csv, "t.csv.gz": gzipSync("other") });
    expect(counts(data)).toEqual([22, 4, 4]);
    expect(data.notes).toEqual(["not read: t.csv.gz"]);
    const twins = { ...idx(), "t10k-images-idx3-ubyte.gz": gzipSync("other") };
    expect((await open(twins)).notes).toEqual(["not read: t10k-images-idx3-ubyte.gz"]);
  });

  test("a validation part of IDX files", async () => {
    const files = { ...idx(), "val-images-idx3-ubyte": images(6), "val-labels-idx1-ubyte": idxLabels(cycle(6, 0, 3)) };
    expect(counts(await open(files))).toEqual([36, 6, 9]);
  });

  test("IDX files with labels from 1, as so many classes as there are labels", async () => {
    const data = await open(idx("", "t10k", 1));
    expect(data).toMatchObject({ classes: 3, classNames: ["1", "2", "3"] });
    expect([...data.test.labels]).toEqual(cycle(9, 0, 3));
    const zeroBased = await open(idx());
    expect(data.sha256).toBe(zeroBased.sha256);
    expect(zeroBased.classNames).toBeUndefined();
  });

  const letters = { ...idx("emnist-letters-", "test", 1), "emnist-letters-mapping.txt": "1 65 97\n2 66 98\n3 67 99\n" };
  test("EMNIST's files by their names, with the characters of their mapping", async () => {
    expect(await open(letters)).toMatchObject({ classes: 3, classNames: ["Aa", "Bb", "Cc"], notes: [] });
    const packed = Object.entries(letters).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)] as const);
    expect(await open(Object.fromEntries(packed.slice(0, 4)))).toMatchObject({ classNames: ["1", "2", "3"] });
    expect(await refusal(open({ ...letters, "emnist-letters-mapping.txt": "1 65\n2 66\n" }))).toMatch(/label 3/);
  });

  test("one set of several, where one of its files is given", async () => {
    const both = { ...letters, ...idx("emnist-digits-", "test") };
    const data = await openFile(both, "emnist-letters-train-images-idx3-ubyte");
    expect(data).toMatchObject({ classNames: ["Aa", "Bb", "Cc"], notes: [] });
    expect(await openFile(both, "emnist-digits-test-labels-idx1-ubyte")).not.toHaveProperty("classNames");
  });

  test("a single file, whose other parts beside it are named", async () => {
    const files = { "train.csv": csv, "test.csv": csv, "other.csv": csv };
    expect((await openFile(files, "train.csv")).notes).toEqual(["not read: test.csv"]);
    expect((await openFile(files, "other.csv")).notes).toEqual([]);
    const archives = { "train.npz": archive(9, "_train"), "test.npz": archive(9, "_test") };
    expect(await refusal(openFile(archives, "train.npz"))).toMatch(
      /lacks arrays[\s\S]*give the folder, to read test\.npz/,
    );
  });

  test("a table of any name, where it is given by its path", async () => {
    expect(counts(await openFile({ "iris.data": rows }, "iris.data", { noHeader: true, label: "last" }))).toEqual([
      22, 4, 4,
    ]);
  });
});

describe("named are", () => {
  test("files that are no data, and folders without any", async () => {
    const data = await open({ ...classes, "README.md": "x", "cat/about.txt": "x", "docs/a/b.txt": "x" });
    expect(counts(data)).toEqual([22, 4, 4]);
    expect(data.notes).toEqual(["not read: README.md, cat/about.txt, docs/"]);
    const tables = await open({ "train.csv": csv, "test.csv": csv, "notes.txt": "x", "archive.zip": "x" });
    expect(tables.notes).toEqual(["not read: archive.zip, notes.txt"]);
  });

  test("folders with copies that tools made, which are no class", async () => {
    const copies = {
      ...pictures(".ipynb_checkpoints"),
      ...pictures("__MACOSX/ant"),
      "ant/._0.png": "x",
      "bee/.DS_Store": "x",
    };
    const data = await open({ ...classes, ...copies });
    expect(data).toMatchObject({
      classNames: ["ant", "bee", "cat"],
      notes: ["not read: .ipynb_checkpoints/, __MACOSX/"],
    });
  });

  test("no more than a dozen", async () => {
    const many = Object.fromEntries(cycle(40, 10, 40).map((number) => [`note-${number}.txt`, "x"]));
    expect((await open({ ...classes, ...many })).notes[0]).toMatch(/note-10\.txt.* and 28 more$/);
  });
});

test("options of tables do not fit other data", async () => {
  const options: DataOptions[] = [{ noHeader: true }, { drop: ["a"] }, { label: "a" }];
  for (const files of [classes, idx(), cifar([1, 2]), { "d.npz": archive(30) }]) {
    for (const option of options) expect(await refusal(open(files, option))).toMatch(/does not fit .*no table/);
  }
});
