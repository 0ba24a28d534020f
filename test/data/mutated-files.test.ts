/**
 * 10,000 damaged files for each reader. The criterion: a file is refused with a RunError or UsageError that names it (or one that it contradicts), or
 * it yields a sound data set: as many labels as samples, each of a class that validation has, every input finite. Formats
 * with checksums (npz, PNG) must then yield the original data; the others cannot tell another value from a damaged one,
 * but where a header says how long the file is (IDX, CIFAR-10), one of another length must be refused.
 */
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { type Dataset, splitNames } from "../../src/core/dataset.ts";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { openData } from "../../src/data/open-data.ts";
import { cifarBatch, npy, npz, png } from "../support/data-files.ts";
import { idxNames, tinyIdxFiles } from "../support/idx-folders.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { mutations } from "../support/mutations.ts";

const RUNS = 10_000;
type FileMap = Readonly<Record<string, Uint8Array>>;

const open = (files: FileMap) => openData(memoryFolder(files, "folder", 50), "set", {});

/** What is wrong with a data set that was read, if anything. */
function unsound({ features, classes, classNames, ...data }: Dataset): string | undefined {
  if (classNames !== undefined && classNames.length !== classes) return "names";
  for (const name of splitNames) {
    const { count, inputs, labels } = data[name];
    if (count < 1 || labels.length !== count || inputs.length !== count * features) return `${name}: sizes`;
    if (!labels.every((label) => label < classes)) return `${name}: labels`;
    if (!inputs.every(Number.isFinite)) return `${name}: inputs`;
  }
  if (new Set(data.validation.labels).size !== classes) return "classes in validation";
  return undefined;
}

/** @returns the data, or undefined where they were refused as they should be */
async function accepted(files: FileMap): Promise<Dataset | undefined> {
  try {
    return await open(files);
  } catch (error) {
    if (!(error instanceof RunError || error instanceof UsageError)) throw error;
    if (!["folder", ...Object.keys(files)].some((name) => error.message.includes(name))) throw error;
    return undefined;
  }
}

interface Outcome {
  readonly mutated: Uint8Array;
  readonly data: Dataset;
}

/**
 * Damages one of the files RUNS times.
 * @param check what a data set that was read must satisfy besides being sound
 * @returns how many were refused
 */
async function mutate(files: FileMap, name: string, check: (outcome: Outcome) => void = () => {}): Promise<number> {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(mutations, async (mutation) => {
      const mutated = mutation(files[name]!);
      const data = await accepted({ ...files, [name]: mutated });
      if (data === undefined) refused++;
      else {
        expect(unsound(data)).toBeUndefined();
        check({ mutated, data });
      }
    }),
    { numRuns: RUNS, seed: 6 },
  );
  return refused;
}

const COUNT = 20;
const labels = BigInt64Array.from({ length: COUNT }, (_, i) => BigInt(i % 2));
const bytes = Uint8Array.from({ length: 4 * COUNT }, (_, i) => (7 * i) % 256);
const table = `x,y,label\n${Array.from({ length: COUNT }, (_, i) => `${i},"${i / 3}",${i % 2 ? "ant" : "cat"}`).join("\n")}\n`;
const parquet = (codec: "SNAPPY" | "UNCOMPRESSED", nullable: boolean) =>
  new Uint8Array(
    parquetWriteBuffer({
      codec,
      columnData: [
        { name: "x", data: Float64Array.from({ length: COUNT }, (_, i) => i / 4), type: "DOUBLE", nullable },
        { name: "few", data: Array.from({ length: COUNT }, (_, i) => i % 3), type: "INT32", nullable },
        { name: "flag", data: Array.from({ length: COUNT }, (_, i) => i % 3 === 0), type: "BOOLEAN", nullable },
        {
          name: "label",
          data: Array.from({ length: COUNT }, (_, i) => (i % 2 ? "ant" : "cat")),
          type: "STRING",
          nullable,
        },
      ],
    }) as ArrayBuffer,
  );

describe("of 10,000 damaged files each is refused by name or read soundly:", { timeout: 120_000 }, () => {
  test.each([idxNames.trainImages, idxNames.trainLabels, idxNames.testLabels])("IDX, %s", async (name) => {
    const files = Object.fromEntries(tinyIdxFiles());
    const length = files[name]!.length;
    expect(await mutate(files, name, ({ mutated }) => expect(mutated.length).toBe(length))).toBeGreaterThan(RUNS / 10);
  });

  test.each([true, false])("npz (stored: %s), which has checksums, so what is read is the original", async (stored) => {
    const files = { "data.npz": npz({ X: npy(bytes, [COUNT, 2, 2]), y: npy(labels, [COUNT]) }, stored) };
    const { sha256 } = await open(files);
    const refused = await mutate(files, "data.npz", ({ data }) => expect(data.sha256).toBe(sha256));
    expect(refused).toBeGreaterThan(RUNS / 2);
  });

  test("npy within a sound archive", async () => {
    const arrays = { X: npy(Float32Array.from(bytes), [COUNT, 2, 2]), y: npy(labels, [COUNT]) };
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(mutations, fc.constantFrom("X", "y"), async (mutation, name) => {
        const archive = npz({ ...arrays, [name]: mutation(arrays[name as "X"]) }, true);
        const data = await accepted({ "data.npz": archive });
        if (data === undefined) refused++;
        else expect(unsound(data)).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 6 },
    );
    expect(refused).toBeGreaterThan(RUNS / 4);
  });

  test("CSV", async () => {
    const files = { "table.csv": new TextEncoder().encode(table) };
    expect(await mutate(files, "table.csv")).toBeGreaterThan(RUNS / 4);
  });

  test.each([
    ["SNAPPY", true],
    ["UNCOMPRESSED", true],
    ["UNCOMPRESSED", false],
  ] as const)("Parquet, %s, nullable: %s", async (codec, nullable) => {
    const files = { "table.parquet": parquet(codec, nullable) };
    expect(await mutate(files, "table.parquet")).toBeGreaterThan(RUNS / 4);
  });

  test("PNG, which has checksums, so what is read is the original", async () => {
    const pictures = Array.from({ length: COUNT }, (_, i) => {
      const name = `${i % 2 ? "ant" : "cat"}/${i}.png`;
      return [
        name,
        png(
          3,
          3,
          1,
          Uint8Array.from({ length: 9 }, (__, at) => (i * at * 13) % 256),
        ),
      ] as const;
    });
    const files = Object.fromEntries(pictures);
    const { sha256 } = await open(files);
    const refused = await mutate(files, "ant/1.png", ({ data }) => expect(data.sha256).toBe(sha256));
    expect(refused).toBeGreaterThan(RUNS / 2);
  });

  test("CIFAR-10", async () => {
    const batch = cifarBatch(Array.from({ length: 12 }, (_, i) => i % 2));
    const files = { "data_batch_1.bin": batch, "test_batch.bin": cifarBatch([0, 1, 0]) };
    const name = "test_batch.bin";
    await mutate(files, name, ({ mutated }) => expect(mutated.length % 3073).toBe(0));
  });
});
