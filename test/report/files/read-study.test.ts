/** Folders of results, whole, in parts, damaged, and none at all, to what a report is made from. */
import { describe, expect, test } from "vitest";
import type { FileSource } from "../../../src/core/platform.ts";
import { readStudyFiles } from "../../../src/report/files/read-study.ts";
import { resultFiles } from "../../../src/report/files/result-files.ts";
import { faultOf as faultOfPromise } from "../../support/fault-of.ts";
import { madeUpStudy, withLine } from "../made-up-study.ts";

const study = madeUpStudy({ repeats: 3 });

function bytesOf(chunks: Iterable<string | Uint8Array>): Uint8Array {
  const parts = Array.from(chunks, (chunk) => (typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const whole = new Map(resultFiles(study).map(({ name, chunks }) => [name, bytesOf(chunks)]));

/** A folder in memory. */
function source(files: ReadonlyMap<string, Uint8Array>): FileSource {
  const names = [...files.keys()];
  return {
    label: "results/a",
    list: async (below) =>
      below === undefined
        ? names.filter((name) => !name.includes("/"))
        : names.filter((name) => name.startsWith(`${below}/`)).map((name) => name.slice(below.length + 1)),
    async read(name) {
      const bytes = files.get(name);
      if (bytes === undefined) throw new Error(`${name} was read though it is not there`);
      return bytes;
    },
    gunzip: async () => {
      throw new Error("nothing here is packed");
    },
  };
}

const without = (...names: string[]) => new Map([...whole].filter(([name]) => !names.includes(name)));

function withText(name: string, change: (text: string) => string): Map<string, Uint8Array> {
  const text = change(new TextDecoder().decode(whole.get(name)));
  return new Map([...whole, [name, new TextEncoder().encode(text)]]);
}

/** A table with each cell below the header changed; a column goes where its cells become undefined. */
function withCells(
  name: string,
  change: (column: string, cell: string) => string | undefined,
): Map<string, Uint8Array> {
  return withText(name, (text) => {
    const [header, ...lines] = text.trimEnd().split("\n");
    const columns = header!.split(",");
    const changed = lines.map((line) => line.split(",").map((cell, index) => change(columns[index]!, cell)));
    const kept = columns.filter((_, index) => changed[0]![index] !== undefined);
    const rows = changed.map((cells) => cells.filter((cell) => cell !== undefined));
    return `${[kept, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
  });
}

const isOfClass = (column: string) => column.startsWith("correct_class_");

const read = (files: ReadonlyMap<string, Uint8Array>) => readStudyFiles(source(files), "a");

const faultOf = (files: ReadonlyMap<string, Uint8Array>) => faultOfPromise(read(files));

describe("a whole folder", () => {
  test("gives back the study that was written, with the weights of the first network", async () => {
    const files = await read(whole);
    expect(files.missing).toEqual([]);
    expect(files.label).toBe("a");
    expect(files.study).toMatchObject({ config: study.config, dataset: study.dataset, repeats: study.repeats });
    expect(files.neurons).toEqual(study.neurons);
    expect(files.orders).toEqual(study.orders);
    expect(files.curves).toEqual(study.curves);
    expect(files.singles).toEqual(study.singles);
    expect(files.networks).toEqual([{ repeat: 0, network: study.networks[0]!.network }]);
  });

  test("reads no more networks than it shows", async () => {
    const damagedSecond = new Map([...whole, ["models/repeat-001.safetensors", Uint8Array.of(1)]]);
    expect((await read(damagedSecond)).networks).toHaveLength(1);
  });

  test("may begin with another repeat, as one machine's share of a study does", async () => {
    const files = await read(without("models/repeat-000.safetensors"));
    expect(files.networks!.map(({ repeat }) => repeat)).toEqual([1]);
    expect(files.networks![0]!.network).toEqual(study.networks[1]!.network);
    expect(files.missing).toEqual([]);
  });
});

describe("what is not in the folder", () => {
  const models = [...whole.keys()].filter((name) => name.startsWith("models/"));
  test.each([
    ["neurons", ["neurons.csv"], "neurons.csv", "figures 2, 5, 6 and 7"],
    ["curves", ["curves.csv"], "curves.csv", "figures 1, 3 and 4"],
    ["singles", ["single.csv"], "single.csv", "figures 5 and 6"],
    ["networks", models, "models/repeat-000.safetensors", "figure 7"],
    ["study", ["study.json"], "study.json", "how the results were made"],
  ] as const)("is listed with what it costs: %s", async (part, names, file, cost) => {
    const files = await read(without(...names));
    expect(files[part]).toBeUndefined();
    expect(files.missing).toEqual([{ file, reason: "not in the folder", cost: expect.stringContaining(cost) }]);
  });

  test("takes with it what refers to it: curves are nothing without their orders", async () => {
    const files = await read(without("orders.csv"));
    expect(files).not.toHaveProperty("orders");
    expect(files).not.toHaveProperty("curves");
    expect(files.missing).toMatchObject([{ file: "orders.csv", cost: expect.stringContaining("figures 1, 3 and 4") }]);
  });

  test("is said of the classes in a single.csv that was written before they were counted", async () => {
    const { missing, singles } = await read(
      withCells("single.csv", (column, cell) => (isOfClass(column) ? undefined : cell)),
    );
    expect(singles).toHaveLength(study.singles.length);
    expect(missing).toMatchObject([{ file: "single.csv", reason: expect.stringContaining("class"), cost: "figure 6" }]);
  });

  test("costs nothing else: without study.json the number of test samples comes from the rows", async () => {
    const files = await read(without("study.json"));
    expect(files.curves).toEqual(study.curves);
    expect(files.singles).toEqual(study.singles);
  });

  test("is said where no row tells the number of test samples either", async () => {
    const counts = (column: string) => ["accuracy", "correct"].includes(column) || isOfClass(column);
    const noneCorrect = withCells("single.csv", (column, cell) => (counts(column) ? "0" : cell));
    noneCorrect.delete("study.json");
    const { missing, singles } = await read(noneCorrect);
    expect(singles).toBeUndefined();
    expect(missing.at(-1)).toMatchObject({ file: "single.csv", reason: expect.stringContaining("test samples") });
  });
});

describe("a folder is refused", () => {
  test.each([
    ["study.json", (text: string) => text.slice(0, 100), /study\.json$/],
    ["neurons.csv", (text: string) => withLine(text, 3, (line) => `${line},1`), /neurons\.csv, line 3$/],
    ["orders.csv", (text: string) => withLine(text, 4, () => ""), /orders\.csv, line 4$/],
    ["curves.csv", (text: string) => text.slice(0, -1), /curves\.csv, line \d+$/],
    ["single.csv", (text: string) => withLine(text, 2, (line) => line.replace("0,1", "x,1")), /single\.csv, line 2$/],
  ])("where %s is damaged, with folder, file and line", async (name, change, where) => {
    const fault = await faultOf(withText(name, change));
    expect(fault.where).toMatch(where);
    expect(fault.where).toMatch(/^results\/a\//);
  });

  test("where the first network is damaged", async () => {
    const name = "models/repeat-000.safetensors";
    const fault = await faultOf(new Map([...whole, [name, whole.get(name)!.subarray(0, -4)]]));
    expect(fault.where).toBe(`results/a/${name}`);
  });

  test("where nothing in it is ours, saying what was expected and what is there", async () => {
    const notes = new Map([["notes.txt", new Uint8Array(1)]]);
    expect(await faultOf(notes)).toMatchObject({
      where: "results/a",
      expected: expect.stringContaining("study.json"),
      found: "notes.txt",
    });
    expect((await faultOf(new Map())).found).toBe("no files");
  });
});
