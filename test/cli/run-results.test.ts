/** What `gpu-importance run` leaves on disk and on its streams: one study, looked at from all sides. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import type { StudyConfig } from "../../src/core/study.ts";
import { commandLine, type Finished, onSwiftShader, root } from "../support/command-line.ts";
import { gzipped, idxSizes, tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { tinyConfig } from "../support/tiny-study.ts";
import {
  type CsvRecord,
  expectedRows,
  readResults,
  readSafetensors,
  scopeSizes,
  type WrittenResults,
} from "../support/written-results.ts";

const scratch = scratchFolder();
const config: StudyConfig = { ...tinyConfig, data: "tiny", repeats: 3 };
const options = "--hidden 7,5 --epochs 3 --batch-size 16 --learning-rate 0.1 --random-draws 2".split(" ");

function study(data: string, out: string, ...more: string[]): Promise<Finished> {
  const place = ["--data", data, "--out", out, ...onSwiftShader];
  return commandLine(["run", ...place, ...options, ...more], { folder: scratch });
}

let first: Finished;
let results: WrittenResults;
beforeAll(async () => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
  first = await study("tiny", "first", "--repeats", "3");
  expect(first.stderr).not.toContain("gpu-importance:");
  results = readResults(join(scratch, "first"));
});

const numbers = (row: CsvRecord, ...columns: string[]) => columns.map((column) => Number(row[column]));
const keyOf = (row: CsvRecord) => ["repeat", "scope", "measure", "direction", "draw"].map((name) => row[name]).join();

/** Rows by key, each group in the file's order. */
function grouped<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

describe("the streams of a run", () => {
  test("end with exit code 0", () => {
    expect(first).toMatchObject({ exitCode: 0, signal: null });
  });

  test("hold the table and nothing else on stdout, with the accuracy of study.json, in 80 columns", () => {
    const sections = ["Accuracy of the intact networks", "Measures in bits", "Test accuracy with 25, 50 and 75 %"];
    const starts = first.stdout.split("\n\n").map((block) => block.split("\n")[0]!);
    for (const section of sections) expect(starts.join("\n")).toContain(section);
    expect(first.stdout).toMatch(/^(warning: .*?\n\n)?Too few networks to tell: /s);
    const accuracies = results.study.repeats.map(({ testAccuracy }) => testAccuracy);
    const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
    expect(first.stdout).toMatch(new RegExp(`^test +${idxSizes.test} +${mean.toFixed(4)} `, "m"));
    expect(Math.max(...first.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(first.stdout).not.toMatch(/Warning|adapter|training/);
  });

  test("hold plain lines of progress on stderr, each stage ending once", () => {
    const { stderr } = first;
    for (const text of ["\r", "\u001b"]) expect(stderr.includes(text)).toBe(false);
    const stages = stderr.match(/^(training|measuring|ablating): \d+ \w+ in /gm)!;
    expect(stages.map((text) => text.split(":")[0])).toEqual(["training", "measuring", "ablating"]);
    expect(stderr).toMatch(/^data: {4}tiny, 150 \/ 30 \/ 60 samples, 36 features, 3 classes$/m);
    expect(stderr).toMatch(/^adapter: SwiftShader.*software/m);
    expect(stderr).toMatch(/^training: 9 epochs in .*loss \d/m);
    expect(stderr).toMatch(/^results in first after .*\nreport: {2}first\/report\.html\n$/m);
  });
});

describe("the files of a run", () => {
  test("are those of the specification and no others", () => {
    const models = ["models/repeat-000.safetensors", "models/repeat-001.safetensors", "models/repeat-002.safetensors"];
    const tables = ["curves.csv", "neurons.csv", "orders.csv", "single.csv", "study.json"];
    const report = ["claims.json", "report.html", "summary.csv"];
    const present = filesBelow(join(scratch, "first"));
    const figures = present.filter((name) => /^figures\/(figure-[1-7]|answer)\.(svg|vl\.json)$/.test(name));
    expect(figures.length).toBeGreaterThanOrEqual(2 * 4);
    expect(present).toEqual([...tables, ...models, ...report, ...figures].sort());
  });

  test("have the columns of the specification and as many rows as the options make", () => {
    const { neurons, curves, orders } = results;
    const measures = ["entropy_bits", "mutual_information_bits", "kl_selectivity_bits"];
    const rest = ["preferred_class", "mean_activation", "ones_class_0", "ones_class_1", "ones_class_2"];
    expect(neurons.header).toEqual(["repeat", "layer", "neuron", "samples", "ones", ...measures, ...rest]);
    expect(curves.header.join()).toBe("repeat,scope,measure,direction,draw,mode,removed,accuracy,correct,loss");
    expect(orders.header.join()).toBe("repeat,scope,measure,direction,draw,position,layer,neuron");
    const rows = { neurons: neurons.rows.length, curves: curves.rows.length, orders: orders.rows.length };
    expect(rows).toEqual(expectedRows(config));
  });

  test("have a study.json that the shipped schema accepts, with all options resolved", () => {
    const schema = JSON.parse(readFileSync(join(root, "schema/study.schema.json"), "utf8"));
    const validate = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(schema);
    const { study } = results;
    expect(validate(study), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...study, config: { ...study.config, hidden: [] } })).toBe(false);
    expect(study.schema).toBe("gpu-importance/study/1");
    expect(study.config).toEqual(config);
    expect(study.dataset).toMatchObject({ ...idxSizes, name: "tiny", sampleShape: [6, 6] });
    const { package: version } = study.provenance;
    expect(version).toBe(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
    expect(study.provenance).toMatchObject({ node: process.version, adapter: { software: true } });
    expect(Object.keys(study.provenance.elapsedMs)).toEqual(["data", "adapter", "train", "measure", "ablate"]);
    expect(study.repeats.map(({ repeat, trainLoss }) => [repeat, trainLoss.length])).toEqual([
      ...[0, 1, 2].map((repeat) => [repeat, config.epochs]),
    ]);
  });

  test("have models with PyTorch's names and shapes, and as many bytes as those take", () => {
    const { metadata, shapes, dataBytes, values } = readSafetensors(
      join(scratch, "first/models/repeat-002.safetensors"),
    );
    expect(metadata).toEqual({ activation: "sigmoid", architecture: "36-7-5-3", inputs: "byte / 255" });
    expect(Object.entries(shapes)).toEqual([
      ["layers.0.weight", [7, 36]],
      ["layers.0.bias", [7]],
      ["layers.1.weight", [5, 7]],
      ["layers.1.bias", [5]],
      ["layers.2.weight", [3, 5]],
      ["layers.2.bias", [3]],
    ]);
    expect(dataBytes).toBe(4 * (7 * 36 + 7 + 5 * 7 + 5 + 3 * 5 + 3));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  });
});

describe("the numbers of a run", () => {
  test("come from networks that have learned something, so that agreement says something", () => {
    for (const { testAccuracy, trainLoss } of results.study.repeats) {
      expect(testAccuracy).toBeGreaterThan(0.5);
      expect(trainLoss.at(-1)).toBeLessThan(trainLoss[0]!);
    }
  });

  test("agree within study.json", () => {
    for (const { testAccuracy, testCorrect, validationAccuracy } of results.study.repeats) {
      expect(testAccuracy).toBe(testCorrect / idxSizes.test);
      const validationCorrect = validationAccuracy * idxSizes.validation;
      expect(validationCorrect).toBeCloseTo(Math.round(validationCorrect), 9);
    }
  });

  test("count every neuron once, layers from 1, with ones that are the sum over classes", () => {
    const places = [0, 1, 2].flatMap((repeat) =>
      config.hidden.flatMap((width, layer) =>
        Array.from({ length: width }, (_, neuron) => [repeat, layer + 1, neuron]),
      ),
    );
    expect(results.neurons.rows.map((row) => numbers(row, "repeat", "layer", "neuron"))).toEqual(places);
    for (const row of results.neurons.rows) {
      const perClass = numbers(row, "ones_class_0", "ones_class_1", "ones_class_2");
      expect(Number(row["ones"])).toBe(perClass[0]! + perClass[1]! + perClass[2]!);
      expect(Number(row["samples"])).toBe(idxSizes.validation);
      expect(["0", "1", "2"]).toContain(row["preferred_class"]);
      for (const count of perClass) expect(count).toBeLessThanOrEqual(idxSizes.validation / 3);
    }
  });

  test("give each curve its steps, and accuracy as correct / samples", () => {
    const curves = grouped(results.curves.rows, (row) => `${keyOf(row)},${row["mode"]}`);
    for (const [key, rows] of curves) {
      const neurons = scopeSizes(config).get(key.split(",")[1]!)!;
      const removed = Array.from({ length: neurons + 1 }, (_, step) => step);
      expect(
        rows.map((row) => Number(row["removed"])),
        key,
      ).toEqual(removed);
    }
    for (const row of results.curves.rows) {
      const [accuracy, correct] = numbers(row, "accuracy", "correct");
      expect(accuracy).toBe(correct! / idxSizes.test);
    }
  });

  test("give the intact network's test result wherever nothing is removed", () => {
    const intact = results.curves.rows.filter((row) => row["removed"] === "0");
    expect(intact.length).toBe(3 * 4 * (2 * 3 + 2) * 2);
    for (const row of intact) {
      const { testCorrect, testLoss } = results.study.repeats[Number(row["repeat"])]!;
      expect(Number(row["correct"])).toBe(testCorrect);
      expect(Number(row["loss"])).toBeCloseTo(testLoss, 5);
    }
  });

  test("give orders that are permutations, sorted by their measure where they have one", () => {
    const values = new Map(results.neurons.rows.map((row) => [numbers(row, "repeat", "layer", "neuron").join(), row]));
    for (const [key, rows] of grouped(results.orders.rows, keyOf)) {
      const [repeat, scope, measure, direction] = key.split(",");
      expect(
        rows.map((row) => Number(row["position"])),
        key,
      ).toEqual([...rows.keys()]);
      const places = rows.map((row) => numbers(row, "layer", "neuron").join());
      expect(new Set(places).size, key).toBe(scopeSizes(config).get(scope!));
      if (measure === "random") continue;
      const sign = direction === "low" ? 1 : -1;
      // Ranks are taken in each layer; the other scopes hold one list.
      const layerOf = (place: string) => (scope === "network-ranked" ? place.split(",")[0]! : "");
      for (const list of grouped(places, layerOf).values()) {
        const keys = list.map((place) => sign * Number(values.get(`${repeat},${place}`)![`${measure}_bits`]));
        expect(keys, key).toEqual([...keys].sort((a, b) => a - b));
      }
    }
  });
});

describe("a further run", () => {
  const bytesOf = (folder: string, name: string) => readFileSync(join(scratch, folder, name), "latin1");
  /** These name the folder, or when the study began and how long it took. */
  const particular = ["study.json", "claims.json", "report.html"];
  const comparable = (folder: string) => filesBelow(join(scratch, folder)).filter((name) => !particular.includes(name));

  test("with the same seed gives the same bytes, and with another seed others", async () => {
    expect((await study("tiny", "again", "--repeats", "3")).exitCode).toBe(0);
    expect(comparable("again")).toEqual(comparable("first"));
    for (const name of comparable("first")) {
      expect(bytesOf("again", name) === bytesOf("first", name), `${name} is the same`).toBe(true);
    }
    const again = readResults(join(scratch, "again")).study;
    expect({ ...again, provenance: {} }).toEqual({ ...results.study, provenance: {} });
    expect((await study("tiny", "other", "--repeats", "1", "--seed", "1")).exitCode).toBe(0);
    const others = ["models/repeat-000.safetensors", "neurons.csv", "orders.csv", "curves.csv"];
    for (const name of others) expect(bytesOf("first", name).startsWith(bytesOf("other", name))).toBe(false);
  });

  test("alone, from the same data as .gz, gives the first of three repeats", async () => {
    writeFolder(scratch, "packed", gzipped(tinyIdxFiles()));
    expect((await study("packed", "alone", "--repeats", "1")).exitCode).toBe(0);
    const alone = readResults(join(scratch, "alone"));
    expect(alone.study.dataset.sha256).toBe(results.study.dataset.sha256);
    expect(alone.study.repeats).toEqual(results.study.repeats.slice(0, 1));
    for (const table of ["neurons", "curves", "orders"] as const) {
      const ofFirst = results[table].rows.filter((row) => row["repeat"] === "0");
      expect(alone[table].rows).toEqual(ofFirst);
    }
    const model = "models/repeat-000.safetensors";
    expect(bytesOf("alone", model) === bytesOf("first", model)).toBe(true);
  });
});
