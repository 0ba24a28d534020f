/** Folders of results, whole, in parts, damaged, and none at all, to what a report is made from. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ablationModes, constantModes } from "../../../src/core/ablation.ts";
import type { FileDigest, FileSource } from "../../../src/core/platform.ts";
import { readStudyFiles } from "../../../src/report/files/read-study.ts";
import { resultFiles } from "../../../src/report/files/result-files.ts";
import { studyFileText } from "../../../src/report/files/study-file.ts";
import { faultOf as faultOfPromise } from "../../support/fault-of.ts";
import { madeUpStudy, someAlone, withLine } from "../made-up-study.ts";

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

  /** The made-up study with two neurons of each layer removed alone, or none; `asked` as study.json says it. */
  function withSingles(asked: "none" | number, removed: readonly number[]) {
    const singles = study.singles.map((table) => someAlone(table, removed));
    const config = { ...study.config, singles: asked };
    const files = resultFiles({ ...study, config, singles: removed.length === 0 ? [] : singles });
    return { files: new Map(files.map(({ name, chunks }) => [name, bytesOf(chunks)])), singles };
  }

  test("is not said of neurons that were not to be removed alone", async () => {
    const { files, singles } = withSingles(2, [1, 3]);
    expect(await read(files)).toMatchObject({ missing: [], singles });
    files.delete("study.json");
    expect((await read(files)).singles).toEqual(singles);
    const fewer = withSingles(3, [1, 3]).files;
    expect((await faultOf(fewer)).expected).toBe("neurons of layer 1: 3, as study.json says");
    const outside = withSingles(2, [1, 3]).files;
    const text = new TextDecoder().decode(outside.get("single.csv")).replaceAll(/^(\d,\d),3,/gm, "$1,9,");
    outside.set("single.csv", new TextEncoder().encode(text));
    expect((await faultOf(outside)).expected).toBe("neurons of layer 1: numbers below 5, as neurons.csv says");
  });

  test("is named where all removed neurons are rebuilt, and curves of all modes are read back", async () => {
    for (const modes of [["merge"], ablationModes] as const) {
      const made = madeUpStudy({ repeats: 1, modes });
      const files = new Map(resultFiles(made).map(({ name, chunks }) => [name, bytesOf(chunks)]));
      const { curves, singles, missing } = await read(files);
      expect(curves!.map(({ mode, correct }) => [mode, correct])).toEqual(
        made.curves.map(({ mode, correct }) => [mode, correct]),
      );
      expect(new Set(singles?.map(({ mode }) => mode))).toEqual(new Set(modes.length > 1 ? constantModes : []));
      const named = [{ file: "single.csv", reason: expect.stringContaining("other --modes") }];
      expect(missing).toMatchObject(modes.length > 1 ? [] : named);
    }
  });

  test("is named where no single removals were asked for", async () => {
    const { files } = withSingles("none", []);
    expect([...files.keys()]).not.toContain("single.csv");
    const { singles, missing } = await read(files);
    expect(singles).toBeUndefined();
    expect(missing).toMatchObject([{ file: "single.csv", reason: expect.stringContaining("--singles none") }]);
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

describe("files of two studies in one folder", () => {
  const digestsOf = async (files: ReadonlyMap<string, Uint8Array>) => {
    const digests: Record<string, FileDigest> = {};
    for (const [name, bytes] of files) {
      if (name === "study.json") continue;
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      digests[name] = { bytes: bytes.length, sha256 };
    }
    return digests;
  };
  /** A folder whose study.json tells of the others; some are of another study of the same shape. */
  async function mixed(...strange: string[]): Promise<Map<string, Uint8Array>> {
    const text = studyFileText({ ...study, files: await digestsOf(whole) });
    const changed = (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte));
    const other = new Map([...whole].map(([name, bytes]) => [name, changed(bytes)]));
    const files = new Map([...whole, ["study.json", new TextEncoder().encode(text)]]);
    for (const name of strange) files.set(name, other.get(name)!);
    return files;
  }

  test("are none where every file is the one that study.json names, or is missing", async () => {
    expect((await read(await mixed())).missing).toEqual([]);
    const fewer = await mixed();
    for (const name of ["curves.csv", "models/repeat-002.safetensors"]) fewer.delete(name);
    expect((await read(fewer)).missing).toMatchObject([{ file: "curves.csv" }]);
  });

  test.each(["neurons.csv", "orders.csv", "curves.csv", "single.csv", "models/repeat-000.safetensors"])(
    "are refused by the content of %s",
    async (name) => {
      const fault = await faultOf(await mixed(name));
      expect(fault).toMatchObject({ what: "the file does not belong to this study", where: `results/a/${name}` });
      expect(fault.expected).toMatch(/^\d+ bytes with SHA-256 [0-9a-f]{64}, as study\.json says$/);
      expect(fault.found).not.toBe(fault.expected);
      expect(fault.fix).toContain("remove `files` from study.json");
    },
  );

  test("are refused by a network that nothing is read from, and by one too many", async () => {
    const last = "models/repeat-002.safetensors";
    expect((await faultOf(await mixed(last))).where).toBe(`results/a/${last}`);
    const more = await mixed();
    more.set("models/repeat-007.safetensors", whole.get(last)!);
    expect(await faultOf(more)).toMatchObject({
      where: "results/a/models/repeat-007.safetensors",
      expected: "one of the files that study.json names",
    });
  });

  const otherShape = new Map(
    resultFiles(madeUpStudy({ repeats: 2, hidden: [6, 4] })).map(({ name, chunks }) => [name, bytesOf(chunks)]),
  );
  const withOther = (name: string, ...absent: string[]) => {
    const files = new Map([...whole, [name, otherShape.get(name)!]]);
    for (const one of absent) files.delete(one);
    return files;
  };
  test.each([
    ["neurons.csv", [], /^networks: 0, 1, 2, as study\.json says$/, "networks: 0, 1"],
    ["single.csv", ["study.json"], /^neurons of layer 1: 5, as neurons\.csv says$/, "neurons of layer 1: 6"],
    ["single.csv", [], /^networks: 0, 1, 2, as study\.json says$/, "networks: 0, 1"],
    ["orders.csv", ["study.json", "curves.csv"], /^networks: 0, 1, 2, as neurons\.csv says$/, "networks: 0, 1"],
    ["models/repeat-000.safetensors", [], /^widths of the hidden layers: 5, 4, as study\.json says$/, /6, 4$/],
  ] as const)(
    "are known by what they say of each other, without digests: %s",
    async (name, absent, expected, found) => {
      const fault = await faultOf(withOther(name, ...absent));
      expect(fault).toMatchObject({ where: `results/a/${name}`, what: "the file does not belong to this study" });
      expect(fault.expected).toMatch(expected);
      expect(fault.found).toMatch(found);
    },
  );

  test("are known by orders that do not follow the values of the neurons", async () => {
    const fault = await faultOf(
      withCells("neurons.csv", (column, cell) => (column === "entropy_bits" ? String(1 - Number(cell)) : cell)),
    );
    expect(fault).toMatchObject({ where: "results/a/orders.csv", found: "another at place 1" });
    expect(fault.expected).toBe("the order of network 0, layer1, entropy, low, by the values in neurons.csv");
  });
});
