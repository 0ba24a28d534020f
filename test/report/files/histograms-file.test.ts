/** histograms.csv, and neurons.csv beside it: back as they were written, or refused with file and line. */
import { describe, expect, test } from "vitest";
import { hasBits, isConstant, type NeuronTable } from "../../../src/core/neuron-table.ts";
import type { FileSource } from "../../../src/core/platform.ts";
import { neuronTable } from "../../../src/measures/neuron-table.ts";
import { createNullLevels } from "../../../src/measures/null-level.ts";
import { paperMeasures } from "../../../src/measures/paper-measures.ts";
import { measureSummaries } from "../../../src/report/analysis/measure-summaries.ts";
import { histogramsCsv, parseHistogramsCsv } from "../../../src/report/files/histograms-file.ts";
import { neuronsCsv, parseNeuronsCsv } from "../../../src/report/files/neurons-file.ts";
import { readStudyFiles } from "../../../src/report/files/read-study.ts";
import { measureFiles } from "../../../src/report/files/result-files.ts";
import { textOf, withLine } from "../made-up-study.ts";

/** Three neurons in two layers, four levels, two classes of 5 and 7 samples; the last neuron is constant. */
const tables: NeuronTable[] = [0, 4].map((repeat) =>
  neuronTable(
    {
      repeat,
      classes: 2,
      samplesPerClass: Uint32Array.of(5, 7),
      layers: [
        {
          units: 2,
          meanActivation: Float32Array.of(0.25, 0.1),
          levels: {
            levels: 4,
            edges: Float32Array.of(-1, 0, 0.1, 1, 1, 2),
            counts: Uint32Array.of(2, 0, 0, 1, 0, 6, 1, 2, 1, 2, 2, 1),
          },
        },
        {
          units: 1,
          meanActivation: Float32Array.of(0),
          levels: { levels: 4, edges: new Float32Array(3), counts: new Uint32Array(6) },
        },
      ],
    },
    { activation: "relu", layers: [] },
    paperMeasures,
  ),
);
const neurons = textOf(neuronsCsv(tables));
const histograms = textOf(histogramsCsv(tables));
const line = (text: string, number: number) => text.split("\n")[number - 1];

test("a table of histograms has no ones, and knows which neuron is constant", () => {
  expect(hasBits(tables[0]!)).toBe(false);
  expect([0, 1, 2].map((row) => isConstant(tables[0]!, row))).toEqual([false, false, true]);
});

test("neurons.csv has biases in the place of ones", () => {
  expect(line(neurons, 1)).toBe(
    "repeat,layer,neuron,samples,entropy_bits,mutual_information_bits,kl_selectivity_bits," +
      "bias_entropy_bits,bias_mutual_information_bits,preferred_class,mean_activation",
  );
  // The first neuron has 4 of 4 levels, 2 of them in either class: -3 and (1 + 1 - 3) of 2 N ln 2.
  const cells = line(neurons, 2)!.split(",");
  expect(Number(cells[7])).toBeCloseTo(-3 / (24 * Math.LN2), 15);
  expect(Number(cells[8])).toBeCloseTo(-1 / (24 * Math.LN2), 15);
});

test("histograms.csv has a row for each level, with the edge that its outputs exceed", () => {
  expect(histograms.split("\n").slice(0, 5)).toEqual([
    "repeat,layer,neuron,level,lower_edge,count_class_0,count_class_1",
    "0,1,0,0,,3,0",
    "0,1,0,1,-1,2,0",
    "0,1,0,2,0,0,1",
    "0,1,0,3,0.1,0,6",
  ]);
});

test("what is written is read back the same", () => {
  expect(parseHistogramsCsv(histograms, parseNeuronsCsv(neurons))).toStrictEqual(tables);
});

test("the summaries of measures have biases, and chance levels of information and selectivity", () => {
  const summaries = measureSummaries(tables, [1, 2], ["entropy", "mutual_information", "kl_selectivity"], [5, 7]);
  expect(summaries.map(({ bias }) => bias !== undefined)).toEqual([true, true, false, true, true, false]);
  expect(summaries.map(({ nullLevel }) => nullLevel !== undefined)).toEqual([false, true, true, false, true, true]);
  expect(summaries.map(({ nullMean }) => nullMean !== undefined)).toEqual([false, true, false, false, true, false]);
  // Layer 2 is constant. Of layer 1 the levels have 3, 2, 1 and 6, and 3, 3, 3 and 3 samples.
  const neurons = [
    [3, 2, 1, 6],
    [3, 3, 3, 3],
  ];
  const nulls = createNullLevels(neurons, [5, 7]);
  const [first, second] = neurons.map((levels) => nulls(levels).information);
  expect(summaries[1]).toMatchObject({
    nullLevel: (first!.level + second!.level) / 2,
    nullMean: (first!.mean! + second!.mean!) / 2,
    aboveNull: 0,
  });
  expect(summaries[4]).toMatchObject({ nullLevel: 0, nullMean: 0, aboveNull: 0 });
});

function folder(files: Readonly<Record<string, string>>): FileSource {
  return {
    label: "a",
    list: async (below) => (below === undefined ? Object.keys(files) : []),
    read: async (name) => new TextEncoder().encode(files[name]),
    gunzip: async (bytes) => bytes,
  };
}

describe("a folder", () => {
  test("gets the file only where there are more than two levels", () => {
    const names = (given: NeuronTable[]) => measureFiles(given, []).map(({ name }) => name);
    expect(names(tables)).toEqual(["neurons.csv", "histograms.csv", "orders.csv"]);
    const bit = { ...tables[0]!, levels: { levels: 2, counts: new Uint32Array(6) } };
    expect(names([bit])).toEqual(["neurons.csv", "orders.csv"]);
  });

  test("is read with its histograms", async () => {
    const files = await readStudyFiles(folder({ "neurons.csv": neurons, "histograms.csv": histograms }), "a");
    expect(files.neurons).toEqual(tables);
  });

  test("without the file still has its measures, and says what is missing", async () => {
    const files = await readStudyFiles(folder({ "neurons.csv": neurons }), "a");
    expect(files.neurons!.map(({ measures }) => measures)).toEqual(tables.map(({ measures }) => measures));
    expect(files.missing).toContainEqual({
      file: "histograms.csv",
      reason: "not in the folder",
      cost: "the bias of the measures, and what chance would give",
    });
    const [summary] = measureSummaries(files.neurons!, [1], ["mutual_information"], [5, 7]);
    expect(summary).not.toHaveProperty("bias");
    expect(summary).not.toHaveProperty("nullLevel");
  });
});

describe("damage is refused with file and line", () => {
  const cell = (column: number, value: string) => (text: string) =>
    text
      .split(",")
      .map((old, index) => (index === column ? value : old))
      .join(",");
  const cases: [string, string, RegExp][] = [
    ["a level is missing", withLine(histograms, 3, () => "0,1,0,2,0,0,1"), /line 3: levels are missing/],
    ["a level has no number", withLine(histograms, 2, cell(3, "x")), /line 2: levels are missing/],
    ["another neuron", withLine(histograms, 6, cell(2, "2")), /line 6: levels are missing or out of order/],
    ["a count is wrong", withLine(histograms, 4, cell(6, "2")), /line 6: the counts of a neuron do not add up/],
    [
      "a count is of another class",
      withLine(histograms, 9, () => "0,1,1,3,1,3,0"),
      /the samples of the classes differ/,
    ],
    ["edges descend", withLine(histograms, 4, cell(4, "-2")), /line 4: edges descend/],
    ["an edge is no number", withLine(histograms, 4, cell(4, "")), /line 4: lower_edge is not a number/],
    ["the lowest level has an edge", withLine(histograms, 2, cell(4, "3")), /line 2: the lowest level has an edge/],
    ["neurons are missing", `${histograms.split("\n").slice(0, 21).join("\n")}\n`, /line 21: neurons are missing/],
    ["a row too many", `${histograms}0,1,0,0,,3,0\n`, /line 26: levels are missing/],
    ["a neuron has fewer levels", `${histograms.split("\n").slice(0, 24).join("\n")}\n`, /unequal numbers of levels/],
  ];
  test.each(cases)("%s", (_, text, message) => {
    expect(() => parseHistogramsCsv(text, parseNeuronsCsv(neurons), "histograms.csv")).toThrow(message);
  });
});
