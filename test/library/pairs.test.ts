/** Pairs of neurons from a program: counted, written, and read back for a report. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { pairsIn } from "../../src/core/pairs.ts";
import type { StudyResults } from "../../src/core/study.ts";
import { analyze, writeResults } from "../../src/library.ts";
import { folderSource } from "../../src/platform/node/files.ts";
import { inputValues } from "../../src/reference/forward.ts";
import { forwardNetwork } from "../../src/reference/network.ts";
import { bothPerClass } from "../../src/reference/pairs.ts";
import { analyse } from "../../src/report/analysis/analyse.ts";
import { pairSummaries } from "../../src/report/analysis/pair-summaries.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";
import { faultOf } from "../support/fault-of.ts";
import { testGpu } from "../support/gpu.ts";
import { hiddenWidth, plantedNetwork } from "../support/planted-network.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const folder = join(scratchFolder(), "results");
const hidden = [hiddenWidth, hiddenWidth];
const PAIRS = pairsIn(hidden, "network");

const analysed = (change: object = {}) => {
  const few = { measures: ["entropy"], scopes: ["layers"], modes: ["zero"], randomDraws: 0, singles: "none" } as const;
  return analyze(gpu, tinyDataset, [plantedNetwork], { ...few, pairs: "network", ...change });
};
const read = () => readStudyFiles(folderSource(folder), "results");

describe("an analysis with pairs", () => {
  let results: StudyResults;
  beforeAll(async () => {
    results = await analysed();
    await writeResults(results, folder);
  });

  test("has the counts of all pairs, as the definition says", () => {
    const outputs = forwardNetwork(plantedNetwork, inputValues(tinyDataset.validation.inputs)).slice(0, -1);
    const [{ pairs, repeat }] = results.pairs as [NonNullable<StudyResults["pairs"]>[number]];
    expect(repeat).toBe(0);
    expect(pairs.map(({ layer, otherLayer }) => [layer, otherLayer])).toEqual([
      [1, 1],
      [1, 2],
      [2, 2],
    ]);
    const { labels } = tinyDataset.validation;
    const across = bothPerClass(outputs[0]!, outputs[1]!, labels, tinyDataset.classes, 0);
    expect(pairs[1]!.both).toEqual(across);
  });

  test("gives its report what pairs know together, beside chance", async () => {
    const files = await read();
    expect(files.missing.filter(({ file }) => file.startsWith("pairs"))).toEqual([]);
    const summaries = pairSummaries(files);
    expect(summaries.map(({ layer, otherLayer }) => [layer, otherLayer])).toEqual([
      [1, 1],
      [1, 2],
      [2, 2],
    ]);
    expect(summaries.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(PAIRS);
    // Three neurons a layer tell a class each; a pair of two constant ones tells nothing, by chance or without.
    for (const { aboveNull } of summaries.filter(({ layer, otherLayer }) => layer === otherLayer)) {
      expect(aboveNull).toBeCloseTo(12 / 15, 12);
    }
  });

  test("is refused by a report where pairs are those of other neurons, or of another network", async () => {
    const path = join(folder, "pairs.csv");
    const [text, study] = [readFileSync(path, "utf8"), join(folder, "study.json")];
    const { files: _, ...record } = JSON.parse(readFileSync(study, "utf8"));
    writeFileSync(study, JSON.stringify(record));
    const withRow = (change: (cells: string[]) => string[]) => {
      const [header, first, ...rows] = text.split("\n");
      writeFileSync(path, [header, change(first!.split(",")).join(","), ...rows].join("\n"));
    };
    withRow((cells) => cells.with(5, "9999"));
    expect(await faultOf(read())).toMatchObject({
      what: "the file does not belong to this study",
      expected: expect.stringMatching(/^\d+ to \d+ samples for which both are 1, by neurons.csv$/),
      found: "9999 of repeat 0, layer 1, neuron 0, with layer 1, neuron 1, class 0",
    });
    withRow((cells) => cells.with(4, "77"));
    expect(await faultOf(read())).toMatchObject({ found: "layer 1, neuron 77" });
    withRow((cells) => cells.with(0, "4"));
    expect(await faultOf(read())).toMatchObject({
      expected: "networks: 0, as study.json says",
      found: "networks: 4, 0",
    });
    writeFileSync(path, text);
    expect((await read()).pairs).toHaveLength(1);
  });
});

test("an analysis with groups has them in its results, its folder and its report", async () => {
  const results = await analysed({ groups: 2, pairs: undefined });
  const [own] = results.groups!;
  // Each of the first two useful neurons of layer 1 tells a class: the first that are chosen tell most.
  expect(own!.groups.map(({ layer, ranking }) => `${layer} ${ranking}`)).toEqual(
    [1, 2].flatMap((layer) => ["most_informative", "entropy", "random"].map((ranking) => `${layer} ${ranking}`)),
  );
  await writeResults(results, folder, { force: true });
  const files = await read();
  expect(files.groups).toEqual(results.groups);
  expect(analyse(files).groupSummaries).toHaveLength(6);
  const damaged = readFileSync(join(folder, "groups.csv"), "utf8").replace("most_informative", "most");
  writeFileSync(join(folder, "groups.csv"), damaged);
  expect(await faultOf(read())).toMatchObject({ what: "the file does not belong to this study" });
});

test("with more bits a report says why it cannot tell what chance gives pairs", async () => {
  await writeResults(await analysed({ bits: 2 }), folder, { force: true });
  const { missing, pairs } = await read();
  expect(pairs).toBeUndefined();
  expect(missing).toContainEqual({
    file: "pairs.csv",
    reason: "with more than one of --bits, neurons.csv does not hold the counts of bits",
    cost: "what pairs of neurons know together, beside chance",
  });
});
