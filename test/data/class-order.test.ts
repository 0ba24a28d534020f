/** --classes and outputs without samples: which output stands for which class, the samples and the parts staying as they are. */
import { describe, expect, test } from "vitest";
import { type AnyDataset, type Dataset, isPaged, type SplitName, splitNames } from "../../src/core/dataset.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { type DataOptions, openData, openLargeData } from "../../src/data/open-data.ts";
import { requireTrainable } from "../../src/data/splits/require-trainable.ts";
import { npy, npz, png } from "../support/data-files.ts";
import { type Files, memoryFolder } from "../support/memory-folder.ts";
import { memoryScratch } from "../support/memory-scratch.ts";

const COUNT = 60;
const kinds = Array.from({ length: COUNT }, (_, i) => ["1", "2", "10"][i % 3]!);
const csv = (names = kinds) =>
  `a,b,label\n${names.map((kind, i) => `${(7 * i) % 13},${(5 * i) % 11},${kind}`).join("\n")}`;

async function open(files: Files, options: DataOptions = {}): Promise<Dataset & { notes: string[] }> {
  const notes: string[] = [];
  const data = await openData(memoryFolder(files), "set", { ...options, onNote: (line) => notes.push(line) });
  return { ...data, notes };
}

async function refusal(files: Files, options: DataOptions): Promise<RunError | UsageError> {
  const error = await open(files, options).catch((reason: unknown) => reason);
  if (error instanceof RunError || error instanceof UsageError) return error;
  throw error instanceof Error ? error : new Error("it was accepted");
}

/** Names of the classes of a part's samples, in order. */
const named = (data: AnyDataset, name: SplitName) =>
  Array.from(data[name].labels, (label) => data.classNames?.[label] ?? String(label));

const text = npy(
  Uint32Array.from(kinds.flatMap((kind) => [...kind.padEnd(2, "\0")].map((c) => c.codePointAt(0)!))),
  [COUNT],
  { descr: "<U2" },
);
const values = npy(
  Float32Array.from({ length: COUNT }, (_, i) => (7 * i) % 13),
  [COUNT, 1],
);
const formats: readonly [string, Files][] = [
  ["a table", { "t.csv": csv() }],
  ["an archive with text as labels", { "d.npz": npz({ x: values, y: text }) }],
  ["pictures", Object.fromEntries(kinds.map((kind, i) => [`${kind}/${i}.png`, png(1, 2, 1, [i, 2 * i])]))],
];

describe.each(formats)("of %s", (_, files) => {
  test("classes have the order that is said, and every part the samples that it had", async () => {
    const [usual, asked] = [await open(files), await open(files, { classes: ["1", "10", "2"] })];
    expect(usual.classNames).toEqual(["1", "2", "10"]);
    expect(asked.classNames).toEqual(["1", "10", "2"]);
    for (const name of splitNames) {
      expect(named(asked, name)).toEqual(named(usual, name));
      expect(asked[name].inputs).toEqual(usual[name].inputs);
    }
    expect([...asked.test.labels]).not.toEqual([...usual.test.labels]);
    expect(asked.sha256).not.toBe(usual.sha256);
    expect(asked.notes).toEqual([]);
  });

  test("the same holds page by page", async () => {
    const options = { classes: ["10", "2", "1"] };
    const whole = await open(files, options);
    const large = { bytes: 0, pageBytes: 1, scratch: memoryScratch() };
    const paged = await openLargeData(memoryFolder(files), "set", options, large);
    expect(isPaged(paged.test)).toBe(true);
    expect(paged).toMatchObject({ classNames: whole.classNames, sha256: whole.sha256 });
  });
});

describe("outputs without samples", () => {
  test("may be named, and are told of", async () => {
    const data = await open({ "t.csv": csv() }, { classes: ["0", "1", "2", "10"], outputs: 4 });
    expect(data).toMatchObject({ classes: 4, classNames: ["0", "1", "2", "10"], notes: ["no samples are of 0"] });
  });

  test("go by the numbers of the classes where nothing is said, which is told", async () => {
    const data = await open({ "t.csv": csv() }, { outputs: 11 });
    expect(data.classes).toBe(11);
    expect(data.classNames).toBeUndefined();
    expect(new Set(data.test.labels)).toEqual(new Set([1, 2, 10]));
    expect(data.notes).toEqual([
      "11 outputs, 3 classes: class 1 is output 1 (from 0); no samples are of outputs 0, 3, 4, 5, 6, 7, 8, 9",
    ]);
  });

  test("are none where there are as many classes, whatever their numbers", async () => {
    expect(await open({ "t.csv": csv() }, { outputs: 3 })).toMatchObject({ classes: 3, notes: [] });
  });

  test("are refused where it is not clear which they are", async () => {
    const names = kinds.map((kind) => `k${kind}`);
    const { message } = await refusal({ "t.csv": csv(names) }, { outputs: 4 });
    expect(message).toMatch(/not clear which of the network's outputs[\s\S]*4 classes[\s\S]*--classes/);
    expect((await refusal({ "t.csv": csv() }, { outputs: 10 })).message).toMatch(/not clear which/);
  });
});

test.each<[string, DataOptions, RegExp]>([
  ["that name a class twice", { classes: ["1", "2", "10", "2"] }, /names a class twice[\s\S]*found: {4}2/],
  ["that lack a class", { classes: ["1", "2"] }, /lacks classes of the data[\s\S]*none of 10/],
  ["that misspell a class", { classes: ["1", "2", "10.0"] }, /none of 10[\s\S]*is 10\.0 another way to write 10/],
  [
    "fewer than outputs",
    { classes: ["1", "2", "10"], outputs: 4 },
    /does not fit the network's outputs[\s\S]*3 classes/,
  ],
])("classes %s are refused", async (_, options, message) => {
  const error = await refusal({ "t.csv": csv() }, options);
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(message);
});

describe("a table of which nothing is for training", () => {
  test.each([60, 61, 59])("has all of its %d samples in validation and test", async (count) => {
    const names = Array.from({ length: count }, (_, i) => ["x", "y", "z"][i % 3]!);
    const data = await open({ "t.csv": csv(names) }, { split: [0, 50, 50] });
    const counts = splitNames.map((name) => data[name].count);
    expect(counts).toEqual([0, Math.floor(count / 2), count - Math.floor(count / 2)]);
    const large = { bytes: 0, pageBytes: 1, scratch: memoryScratch() };
    const paged = await openLargeData(memoryFolder({ "t.csv": csv(names) }), "set", { split: [0, 50, 50] }, large);
    expect(paged.sha256).toBe(data.sha256);
  });

  test("cannot be trained on, nor say means and deviations", async () => {
    const data = await open({ "t.csv": csv() }, { split: [0, 50, 50] });
    expect(() => requireTrainable(data, "run")).toThrow(/run trains, and there are no training samples/);
    const standardized = await refusal({ "t.csv": csv() }, { split: [0, 50, 50], standardize: true });
    expect(standardized.message).toMatch(/--standardize goes by the training samples/);
  });
});

test("a class without samples cannot be trained", async () => {
  const data = await open({ "t.csv": csv() }, { classes: ["1", "2", "3", "10"] });
  expect(() => requireTrainable(data, "run")).toThrow(/no training samples[\s\S]*none of 3/);
  expect(() => requireTrainable({ ...data, classes: 2, classNames: ["1", "2"] }, "run")).not.toThrow();
});
