/** What pairs know beside bias and chance, on few samples against every permutation of their labels. */
import { expect, test } from "vitest";
import { type NetworkPairs, type PairTable, pairedLayers } from "../../../src/core/pairs.ts";
import { informationOf } from "../../../src/measures/mutual-information.ts";
import { pairSummaries } from "../../../src/report/analysis/pair-summaries.ts";
import { pairsFile, parsePairsCsv } from "../../../src/report/files/pairs-file.ts";
import { evidenceOfLevels } from "../../support/evidence.ts";
import { everyTable } from "../../support/label-permutations.ts";
import { testRandom } from "../../support/networks.ts";
import { madeUpStudy } from "../made-up-study.ts";

const SIZES = [3, 4];
const LABELS = SIZES.flatMap((size, label) => new Array<number>(size).fill(label));

/** A layer whose neurons have these bits, as files of one network hold it. */
async function layerOf(bits: readonly (readonly number[])[], repeat = 0) {
  const perClass = (of: readonly number[]) =>
    SIZES.map((_, label) => of.filter((bit, s) => bit === 1 && LABELS[s] === label).length);
  const ones = Uint32Array.from(bits.flatMap(perClass));
  const [layers] = pairedLayers([bits.length], "layers");
  const both = bits.flatMap((own, j) =>
    bits.slice(j + 1).flatMap((other) => perClass(own.map((bit, s) => bit & other[s]!))),
  );
  const network: NetworkPairs = {
    repeat,
    samplesPerClass: Uint32Array.from(SIZES),
    ones: [ones],
    pairs: [{ ...layers!, both: Uint32Array.from(both) }],
  };
  let text = "";
  for await (const chunk of (await pairsFile([repeat], async () => network)).chunks) text += chunk;
  const [pairs] = parsePairsCsv(text);
  const units = bits.length;
  const study = madeUpStudy({ repeats: 1, hidden: [units] });
  const dataset = { ...study.dataset, classes: 2, validation: LABELS.length, validationPerClass: SIZES };
  const neurons = {
    ...study.neurons[0]!,
    repeat,
    rows: units,
    classes: 2,
    layer: new Uint32Array(units).fill(1),
    neuron: Uint32Array.from({ length: units }, (_, unit) => unit),
    samples: LABELS.length,
    levels: { levels: 2, counts: ones },
  };
  return { pairs: pairs as PairTable, neurons, study: { ...study, dataset } };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("of a pair: information, bias, mean and level by all permutations of the labels", async () => {
  const bits = [
    [1, 1, 0, 1, 0, 0, 0],
    [1, 0, 1, 0, 0, 1, 0],
  ];
  const { pairs, neurons, study } = await layerOf(bits);
  const [summary, ...others] = pairSummaries({ label: "", pairs: [pairs], neurons: [neurons], study, missing: [] });
  expect(others).toEqual([]);
  // Levels 00, 01, 10, 11 by class.
  const table = [
    [0, 2],
    [1, 1],
    [1, 1],
    [1, 0],
  ];
  const all = everyTable([2, 2, 2, 1], SIZES).map((one) => informationOf(evidenceOfLevels(one)));
  const information = informationOf(evidenceOfLevels(table));
  expect(summary).toMatchObject({ layer: 1, otherLayer: 1, pairs: 1, drawn: 1, aboveNull: 0 });
  expect(summary!.median).toBeCloseTo(information, 12);
  expect(summary!.mean).toBeCloseTo(information, 12);
  expect(summary!.nullMean).toBeCloseTo(mean(all), 12);
  // Of 35 assignments none is as rare as one in a thousand: the level is the most that any has.
  expect(summary!.nullLevel).toBeCloseTo(Math.max(...all), 9);
  // Class 0 has 3 levels, class 1 three, all together four: (2 + 2 - 3) / (2 N ln 2).
  expect(summary!.bias).toBeCloseTo(1 / (2 * 7 * Math.LN2), 12);
});

test("where all levels occur in all classes the bias has 3 (C - 1) degrees of freedom", async () => {
  // Not of seven samples: counts of a table that is full.
  const { pairs, neurons, study } = await layerOf([
    [1, 1, 0, 1, 0, 0, 0],
    [1, 0, 1, 0, 0, 1, 0],
  ]);
  const sizes = [40, 60, 80];
  const full = {
    ...pairs,
    classes: 3,
    both: Uint32Array.of(10, 10, 20),
  };
  const levels = { levels: 2, counts: Uint32Array.of(20, 30, 40, 20, 30, 40) };
  const dataset = { ...study.dataset, classes: 3, validation: 180, validationPerClass: sizes };
  const files = { label: "", pairs: [full], neurons: [{ ...neurons, classes: 3, samples: 180, levels }], missing: [] };
  const [summary] = pairSummaries({ ...files, study: { ...study, dataset } });
  expect(summary!.bias).toBeCloseTo((3 * (3 - 1)) / (2 * 180 * Math.LN2), 12);
});

test("of many pairs some are drawn, the same every time, and all of them are counted", async () => {
  const random = testRandom(5);
  const bits = Array.from({ length: 50 }, () => LABELS.map(() => random.nextBelow(2)));
  const { pairs, neurons, study } = await layerOf(bits);
  const files = { label: "", pairs: [pairs], neurons: [neurons], study, missing: [] };
  const [summary] = pairSummaries(files);
  expect(summary).toMatchObject({ pairs: (50 * 49) / 2, drawn: 500 });
  expect(pairSummaries(files)).toEqual([summary]);
  const every = mean([...pairs.bits["joint_information"]!]);
  expect(summary!.mean).not.toBe(every);
  // Of 1,225 pairs 500, of values from 0 to 1: the standard error of the mean is below 0.5 / 500^0.5, and it is not chance.
  expect(Math.abs(summary!.mean - every)).toBeLessThan(0.04);
  // Random bits know no more than permuted labels have them know.
  expect(Math.abs(summary!.mean - summary!.nullMean)).toBeLessThan(0.04);
});

test("there is none without pairs, counts of neurons, or the sizes of the classes", async () => {
  const { pairs, neurons, study } = await layerOf([
    [1, 1, 0, 1, 0, 0, 0],
    [1, 0, 1, 0, 0, 1, 0],
  ]);
  const { validationPerClass: _, ...dataset } = study.dataset;
  const whole = { label: "", pairs: [pairs], neurons: [neurons], study, missing: [] };
  expect(pairSummaries({ ...whole, pairs: [] })).toEqual([]);
  expect(pairSummaries({ ...whole, neurons: [] })).toEqual([]);
  expect(pairSummaries({ ...whole, study: { ...study, dataset } })).toEqual([]);
});
