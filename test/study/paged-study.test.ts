/** Data that are read page by page give the study of the same data in memory, to the bit. */
import { expect, test } from "vitest";
import { analyzeNetworks } from "../../src/analyze.ts";
import type { Dataset, PagedDataset, PagedSplit, Split } from "../../src/core/dataset.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import type { AnalysisConfig } from "../../src/core/study.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { analysisPlan, sizeOf, stageText } from "../../src/plan.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";

const gpu = await testGpu();
/** Whole blocks of all sums; fewer than there are in real pages, so that few samples make many of them. */
const PAGE = 64;
const [FEATURES, CLASSES] = [9, 3];
const random = testRandom(77);
const networks = [0, 1].map((repeat) => ({
  file: `repeat-${repeat}.onnx`,
  network: realNetwork(random, [FEATURES, 7, 5, CLASSES], "relu"),
}));
const samples = { train: 70, validation: 301, test: 203 };
const splits = {
  train: randomSplit(random, samples.train, FEATURES, CLASSES),
  validation: randomSplit(random, samples.validation, FEATURES, CLASSES),
  test: randomSplit(random, samples.test, FEATURES, CLASSES),
};
const dataset: Dataset = {
  name: "made up",
  features: FEATURES,
  sampleShape: [FEATURES],
  classes: CLASSES,
  sha256: "0".repeat(64),
  ...splits,
};

/** @param buffer what every page is read into, as a store may do */
function paged({ count, inputs, labels }: Split): PagedSplit {
  const buffer = new Uint8Array(PAGE * FEATURES);
  return {
    count,
    labels,
    inputType: "bytes",
    pageSamples: PAGE,
    async readPage(page) {
      const own = inputs.subarray(page * PAGE * FEATURES, (page + 1) * PAGE * FEATURES);
      buffer.fill(255).set(own as Uint8Array);
      return buffer.subarray(0, own.length);
    },
  };
}

const pages: PagedDataset = {
  ...dataset,
  train: paged(splits.train),
  validation: paged(splits.validation),
  test: paged(splits.test),
};

const config: AnalysisConfig = {
  models: networks.map(({ file }) => file),
  data: "made up",
  repeats: 2,
  seed: 5,
  hidden: [7, 5],
  activation: "relu",
  measures: ["entropy", "mutual-information"],
  scopes: ["layers", "network"],
  modes: ["zero", "mean"],
  randomDraws: 2,
  stride: 1,
  sweep: "fast",
};

async function outcomeOf(data: Dataset | PagedDataset, options: Partial<AnalysisConfig>, events?: ProgressEvent[]) {
  const observer = events === undefined ? {} : { onProgress: (event: ProgressEvent) => events.push(event) };
  return await analyzeNetworks(new Devices(gpu), data, { ...config, ...options }, networks, {
    clock: () => 0,
    ...observer,
  });
}

test.each<Partial<AnalysisConfig>>([
  {},
  { sweep: "masked" },
  { stride: 3 },
  { bits: 3, bins: "equal-width", randomDraws: 0 },
  { bits: 2, bins: "equal-frequency", randomDraws: 0 },
])("the outcome is the same whether inputs are in memory or read page by page, with %o", async (options) => {
  expect(await outcomeOf(pages, options)).toEqual(await outcomeOf(dataset, options));
});

test("progress goes up to all evaluations, through every page", async () => {
  const events: ProgressEvent[] = [];
  await outcomeOf(pages, {}, events);
  const ablated = events.filter(({ stage }) => stage === "ablate");
  const done = ablated.map((event) => event.done);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(done.at(-1)).toBeCloseTo(ablated[0]!.total, 6);
});

test("the plan says that no more than a page is there at a time", () => {
  const [measure, ablate] = analysisPlan(gpu, sizeOf(pages), config).stages;
  expect(stageText(measure!)).toContain("64 of 301 samples (page)");
  expect(stageText(ablate!)).toContain("64 of 203 samples (page)");
  const whole = analysisPlan(gpu, sizeOf(dataset), config).stages;
  expect(measure!.bytes).toBeLessThan(whole[0]!.bytes);
  expect(stageText(whole[0]!)).not.toContain("page");
});

test("a layer of dead neurons is said, and so are levels that so few samples cannot fill", async () => {
  const { network } = networks[1]!;
  const first = network.layers[0]!;
  const dead = { ...network, layers: [{ ...first, biases: first.biases.map(() => -1e6) }, ...network.layers.slice(1)] };
  const files = [networks[0]!, { file: "dead.onnx", network: dead }];
  const options = { ...config, models: files.map(({ file }) => file), bits: 5, bins: "equal-width" } as const;
  const told: string[] = [];
  const { warnings } = await analyzeNetworks(new Devices(gpu), dataset, options, files, {
    clock: () => 0,
    onWarning: (warning) => told.push(warning),
  });
  expect(warnings).toEqual(told);
  const same = "Entropy, Mutual information are each the same for all";
  expect(told.slice(0, 2).map((text) => text.split(" neurons,")[0])).toEqual([
    `layer 1 of repeat 1: ${same} 7`,
    `layer 2 of repeat 1: ${same} 5`, // what reads dead neurons is constant, too
  ]);
  expect(told[2]).toMatch(/^301 validation samples are few for 32 levels/);
});
