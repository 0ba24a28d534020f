/** Parquet tables, as hyparquet-writer and (test/data/tables) pyarrow and polars write them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { type DataOptions, openData } from "../../src/data/open-data.ts";
import { memoryFolder } from "../support/memory-folder.ts";

type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];

const write = (columnData: Columns, options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }) as ArrayBuffer);
const open = (file: Uint8Array, options: DataOptions = {}) =>
  openData(memoryFolder({ "table.parquet": file }), "set", options);

async function refusal(file: Uint8Array, options: DataOptions = {}): Promise<RunError | UsageError> {
  const error = await open(file, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunError || error instanceof UsageError) return error;
  throw error ?? new Error("it was accepted");
}

const COUNT = 40;
const index = Array.from({ length: COUNT }, (_, i) => i);
const label = { name: "label", data: index.map((i) => (i % 2 === 0 ? "cat" : "ant")), type: "STRING" as const };
const x = { name: "x", data: index.map((i) => i / 8), type: "DOUBLE" as const };

/** Label and inputs of every sample, sorted. */
async function contents(file: Uint8Array, options: DataOptions = {}): Promise<string[]> {
  const { train, validation, test: heldOut, features } = await open(file, options);
  return [train, validation, heldOut]
    .flatMap(({ count, inputs, labels }) =>
      Array.from(
        { length: count },
        (_, row) => `${labels[row]}: ${inputs.subarray(row * features, (row + 1) * features).join(" ")}`,
      ),
    )
    .sort();
}

describe("a Parquet table", () => {
  test.each([
    ["SNAPPY", 1000],
    ["UNCOMPRESSED", 7],
  ] as const)("is read in every type of number (%s, row groups of %i)", async (codec, rowGroupSize) => {
    const columns = [
      x,
      { name: "integers", data: index.map((i) => (i % 3) - 1), type: "INT32" as const },
      { name: "long", data: index.map((i) => BigInt(i)), type: "INT64" as const },
      label,
      { name: "float", data: index.map((i) => i * 0.5), type: "FLOAT" as const },
      { name: "flag", data: index.map((i) => i % 4 === 0), type: "BOOLEAN" as const },
    ];
    const wanted = index.map(
      (i) => `${i % 2 === 0 ? 1 : 0}: ${i / 8} ${(i % 3) - 1} ${i} ${i / 2} ${i % 4 === 0 ? 1 : 0}`,
    );
    expect(await contents(write(columns, { codec, rowGroupSize }))).toEqual(wanted.sort());
  });

  // Made by pandas 3.1.1 (pyarrow 26.0.1) and polars 2.1.0 from these columns; `label` is a category in the second.
  test.each(["pyarrow-snappy", "pyarrow-gzip-category", "pyarrow-zstd-pages-v2", "pyarrow-plain", "polars"])(
    "is read as other programs write it: %s",
    async (name) => {
      const file = readFileSync(join(import.meta.dirname, "tables", `${name}.parquet`));
      const wanted = index.map((i) => `${i % 2 === 0 ? 1 : 0}: ${i / 8} ${i % 3} ${i % 4 === 0 ? 1 : 0}`);
      expect(await contents(new Uint8Array(file))).toEqual(wanted.sort());
    },
  );

  test("has its classes in the column that is asked for, as text or numbers", async () => {
    const numbers = { name: "kind", data: index.map((i) => 3 + (i % 2)), type: "INT32" as const };
    const data = await open(write([x, numbers]), { label: "kind" });
    expect(data).toMatchObject({ classes: 2, classNames: ["3", "4"], features: 1, shares: [70, 15, 15] });
  });

  const replaced = <T>(data: readonly T[], value: unknown) => [...data.slice(0, 9), value, ...data.slice(10)];
  test.each<[string, Columns, RegExp]>([
    [
      "a missing number",
      [{ ...x, data: replaced(x.data, null), nullable: true } as never, label],
      /row 9 \(from 0\), column x[\s\S]*null/,
    ],
    [
      "a missing class",
      [x, { ...label, data: replaced(label.data, null), nullable: true } as never],
      /row 9 .*column label[\s\S]*class is missing/,
    ],
    ["NaN", [{ ...x, data: replaced(x.data, Number.NaN) } as never, label], /row 9 .*column x: this is no number/],
    ["a number beyond float32", [{ ...x, data: replaced(x.data, 1e300) } as never, label], /row 9 .*no number/],
    ["text among the features", [x, label, { ...label, name: "text" }], /column text: this is no number[\s\S]*cat/],
    ["no column label", [x, { ...label, name: "kind" }], /no column label[\s\S]*x, kind/],
    ["row numbers", [{ ...x, name: "Unnamed: 0" }, x, label], /index of pandas[\s\S]*--drop "Unnamed: 0"/],
    ["the index of pandas", [{ ...x, name: "__index_level_0__" }, label], /index of pandas[\s\S]*index=False/],
    ["no features", [label], /columns do not make samples/],
  ])("with %s is refused", async (_, columns, message) => {
    expect((await refusal(write(columns))).message).toMatch(message);
  });

  test("without the column that was asked for: wrong usage", async () => {
    expect(await refusal(write([x, label]), { label: "kind" })).toBeInstanceOf(UsageError);
  });

  test("with a named index of pandas is refused, which only its notes tell from a feature", async () => {
    const notes = { columns: [], index_columns: ["x"] };
    const table = (said: object) =>
      write([x, { ...x, name: "y" }, label], { kvMetadata: [{ key: "pandas", value: JSON.stringify(said) }] });
    expect((await refusal(table(notes))).message).toMatch(/index of pandas[\s\S]*found: {4}x\n/);
    const range = { kind: "range", name: null, start: 0, stop: COUNT, step: 1 };
    expect((await open(table({ ...notes, index_columns: [range] }))).features).toBe(2);
  });

  test.each([
    ["TIMESTAMP", index.map((i) => new Date(i * 1000))],
    ["DATE", index.map((i) => new Date(i * 86_400_000))],
    ["TIME", index.map((i) => BigInt(i))],
  ] as const)("with a column of type %s is refused: its numbers mean nothing", async (type, data) => {
    const element = {
      TIMESTAMP: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" } },
      DATE: { type: "INT32", converted_type: "DATE" },
      TIME: { type: "INT64", converted_type: "TIME_MICROS" },
    } as const;
    const schema = [
      { name: "root", num_children: 3 },
      { name: "x", type: "DOUBLE", repetition_type: "REQUIRED" },
      { name: "when", repetition_type: "REQUIRED", ...element[type] },
      { name: "label", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
    ];
    const columns = [
      { name: "x", data: x.data },
      { name: "when", data: [...data] },
      { name: "label", data: label.data },
    ];
    expect((await refusal(write(columns, { schema }))).message).toMatch(/column when holds times/);
  });

  test("of lists is refused", async () => {
    const lists = { name: "lists", data: index.map((i) => ({ a: i })), type: "JSON" as const };
    expect((await refusal(write([x, label, lists]))).message).toMatch(/column lists: this is no number/);
    // Of which JavaScript makes a number.
    const ones = { ...lists, data: index.map((i) => [i]) };
    expect((await refusal(write([x, label, ones]))).message).toMatch(/column lists: this is no number/);
  });

  test("that promises a run of 2^29 values in five bytes is refused before it is decoded", async () => {
    const file = new Uint8Array(readFileSync(join(import.meta.dirname, "tables", "pyarrow-plain.parquet")));
    // The levels of column x: two bytes that say 40 times (40 << 1) that there is a value (1).
    const levels = Buffer.from(file).indexOf(Uint8Array.of(2, 0, 0, 0, COUNT << 1, 1));
    expect(levels).toBeGreaterThan(0);
    file.set([5, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x04], levels);
    expect((await refusal(file)).message).toMatch(/536870912 instead of a run of at most 40 values/);
  });

  test("that is cut off is refused", async () => {
    const file = write([x, label]);
    for (const length of [0, 4, 11, 100, file.length - 1]) {
      expect(await refusal(file.subarray(0, length)), String(length)).toBeInstanceOf(RunError);
    }
  });
});
