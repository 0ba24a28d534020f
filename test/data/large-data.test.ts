/** openLargeData: rows that do not fit in memory make the data set that openData makes of them, page by page. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import {
  type AnyDataset,
  isPaged,
  PAGE_GRANULE,
  type PagedSplit,
  type Split,
  splitNames,
} from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import type { DataFolder } from "../../src/core/platform.ts";
import { type DataOptions, openData, openLargeData } from "../../src/data/open-data.ts";
import type { LargeData } from "../../src/data/splits/divide.ts";
import { cifarBatch, npy, npz, png } from "../support/data-files.ts";
import { type Files, memoryFolder } from "../support/memory-folder.ts";
import { type MemoryScratch, memoryScratch } from "../support/memory-scratch.ts";

type Options = Omit<DataOptions, "normalize" | "standardize">;

const openFolder = (folder: DataFolder, options: Options, large: Partial<LargeData>) =>
  openLargeData(folder, "set", options, { bytes: 0, pageBytes: 1, scratch: memoryScratch(), ...large });
const openFiles = (files: Files, options: Options, large: Partial<LargeData> = {}) =>
  openFolder(memoryFolder(files, "folder", 50), options, large);

/** The split with all its pages read. */
async function whole(split: PagedSplit): Promise<Split> {
  const { count, labels, pageSamples, inputType } = split;
  expect(pageSamples % PAGE_GRANULE).toBe(0);
  const values: number[] = [];
  for (let page = 0; page * pageSamples < count; page++)
    for (const value of await split.readPage(page)) values.push(value);
  return { count, labels, inputs: inputType === "bytes" ? Uint8Array.from(values) : Float32Array.from(values) };
}

/** Inputs as text, which is compared quickly. */
const brief = ({ count, labels, inputs }: Split) => {
  const bytes = Buffer.from(inputs.buffer, inputs.byteOffset, inputs.byteLength);
  return { count, labels, inputs: `${inputs.constructor.name} ${bytes.toString("base64")}` };
};

/** All samples of a data set, wherever they are. */
async function contents({ [Symbol.dispose]: _, ...data }: AnyDataset & Partial<Disposable>) {
  const splits: [string, unknown][] = [];
  // One reading at a time.
  for (const name of splitNames) {
    const { [name]: split } = data;
    splits.push([name, brief(isPaged(split) ? await whole(split) : split)]);
  }
  return { ...data, ...Object.fromEntries(splits) };
}

/** 700 samples of classes `cat`, `ant` and `bee`; a and b are the row's own. */
const COUNT = 700;
const kinds = Array.from({ length: COUNT }, (_, row) => ["cat", "ant", "bee"][(7 * row + (row >> 3)) % 3]!);
const csv = `a,kind,b\n${kinds.map((kind, row) => `${row},${kind},${-row / 4}`).join("\n")}\n`;
const inputs = Uint8Array.from({ length: COUNT * 6 }, (_, index) => (index * 37) % 256);
const labels = Uint8Array.from(kinds, (kind) => kind.length + kind.charCodeAt(0) - "a".charCodeAt(0));
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "a", data: kinds.map((_, row) => row / 3), type: "FLOAT" },
      { name: "label", data: kinds, type: "STRING" },
    ],
    rowGroupSize: 100,
  }),
);

const digits = (count: number) => Array.from({ length: count }, (_, record) => (7 * record) % 10);

const formats: readonly [string, Files, Options][] = [
  ["a CSV table", { "table.csv": csv }, { label: "kind" }],
  ["a CSV table with a split of its own", { "table.csv": csv }, { label: "kind", split: [10, 20, 70] }],
  ["a Parquet table", { "table.parquet": parquet }, {}],
  [
    "tables in parts, without validation",
    { "train.csv": csv, "test.csv": csv.slice(0, csv.indexOf("200,")) },
    { label: "kind" },
  ],
  ["tables in parts", { "train.csv": csv, "val.csv": csv, "test.csv": csv }, { label: "kind" }],
  [
    "an archive of pictures, whose validation is the end of training",
    {
      "set.npz": npz({
        x_train: npy(inputs, [COUNT, 2, 3]),
        y_train: npy(labels, [COUNT]),
        x_test: npy(inputs.toReversed(), [COUNT, 2, 3]),
        y_test: npy(labels.toReversed(), [COUNT]),
      }),
    },
    {},
  ],
  ["CIFAR-10", { "data_batch_1.bin": cifarBatch(digits(200)), "test_batch.bin": cifarBatch(digits(20)) }, {}],
  [
    "pictures",
    Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        `${index % 2 === 0 ? "even" : "odd"}/${index}.png`,
        png(2, 2, 1, Uint8Array.of(index, 1, 2, 3)),
      ]),
    ),
    {},
  ],
];

describe.each(formats)("%s", (_, files, options) => {
  test("has the samples, the order, the checksum and the facts of the same in memory", async () => {
    const scratch = memoryScratch();
    const large = await openFiles(files, options, { scratch });
    expect(Math.max(large.train.count, large.test.count)).toBeGreaterThan(2 * PAGE_GRANULE);
    expect(splitNames.map((name) => isPaged(large[name]))).toEqual([true, true, true]);
    const want = await contents(await openData(memoryFolder(files, "folder", 50), "set", options));
    // Pages can be read more than once.
    for (let reading = 0; reading < 2; reading++) expect(await contents(large)).toEqual(want);
    expect(scratch.stores.map(({ closed }) => closed)).toEqual([false]);
    large[Symbol.dispose]();
    expect(scratch.stores.map(({ closed }) => closed)).toEqual([true]);
  });
});

describe("rows that fit in memory", () => {
  test("stay there, and nothing is stored", async () => {
    const scratch = memoryScratch();
    const { [Symbol.dispose]: dispose, ...data } = await openFiles(
      { "t.csv": csv },
      { label: "kind" },
      { scratch, bytes: 2 * 4 * COUNT },
    );
    expect(data).toEqual(await openData(memoryFolder({ "t.csv": csv }, "folder"), "set", { label: "kind" }));
    dispose();
    expect(scratch.stores).toEqual([]);
  });

  test("do not, where they take a byte more than may be kept", async () => {
    const large = await openFiles({ "t.csv": csv }, { label: "kind" }, { bytes: 2 * 4 * COUNT - 1 });
    expect(isPaged(large.test)).toBe(true);
  });
});

describe("while rows are read", () => {
  test("it is told how many, and how much of the source that is, then how many are stored", async () => {
    const read: (readonly [number, number | undefined])[] = [];
    const stored: (readonly [number, number])[] = [];
    await openFiles(
      { "t.csv": csv },
      { label: "kind" },
      {
        onRows: (rows, share) => read.push([rows, share]),
        onStored: (rows, total) => stored.push([rows, total]),
      },
    );
    expect(read.length).toBeGreaterThan(3);
    expect(read.at(-1)).toEqual([COUNT, 1]);
    expect(read[1]![1]).toBeCloseTo(read[1]![0] / COUNT, 1);
    expect(stored.at(-1)).toEqual([COUNT, COUNT]);
  });

  test("it is told of the rows of all parts together", async () => {
    const stored: (readonly [number, number])[] = [];
    const parts = { "train.csv": csv, "val.csv": csv, "test.csv": csv };
    await openFiles(parts, { label: "kind" }, { onStored: (rows, total) => stored.push([rows, total]) });
    expect(stored.at(-1)).toEqual([3 * COUNT, 3 * COUNT]);
    const rows = stored.map(([done]) => done);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });

  /** A folder whose table is another one when it is read for the second time. */
  function changing(first: string, second: string): DataFolder {
    const [before, after] = [first, second].map((content) => memoryFolder({ "t.csv": content }));
    let readings = 0;
    return { ...before!, stream: (name) => (readings++ < 1 ? before! : after!).stream(name) };
  }

  test.each([
    ["fewer rows", csv.slice(0, csv.indexOf("600,"))],
    ["more rows", `${csv}1,cat,2\n`],
    ["other columns", csv.replaceAll(",", ",1,").replace("a,1,kind,1,b", "a,c,kind,d,b")],
  ])("a file that has %s at the second reading is refused, and its pages are closed", async (_, second) => {
    const scratch: MemoryScratch = memoryScratch();
    const refusal = await openFolder(changing(csv, second), { label: "kind" }, { scratch }).catch((error) => error);
    expect(refusal).toBeInstanceOf(RunError);
    expect(refusal.message).toContain("the data changed while they were read");
    expect(scratch.stores.map(({ closed }) => closed)).toEqual([true]);
  });
});
