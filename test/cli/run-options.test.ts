/** Every option of a study reaches the study, at its edges too. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { StudyConfig } from "../../src/core/study.ts";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { idxSizes, tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { expectedRows, readResults, readSafetensors } from "../support/written-results.ts";

const scratch = scratchFolder();
beforeAll(() => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
});

/** What `run` takes when nothing is said, by the issue. */
const defaults: Omit<StudyConfig, "data"> = {
  repeats: 8,
  seed: 0,
  hidden: [100, 100],
  activation: "sigmoid",
  epochs: 12,
  batchSize: 32,
  learningRate: 0.001,
  l2: 1e-5,
  measures: ["entropy", "mutual-information", "kl-selectivity"],
  scopes: ["layers", "network", "network-ranked"],
  modes: ["zero", "mean"],
  randomDraws: 5,
  stride: 1,
  sweep: "fast",
};

const distinct = <T>(values: readonly T[]) => [...new Set(values)];

/** Options, the configuration that they make, and the models' architecture. */
const cases: readonly (readonly [
  name: string,
  options: string,
  changes: Partial<StudyConfig>,
  architecture: string,
])[] = [
  [
    "one layer of tanh, two measures, network, mean, a stride that does not divide, no random orders",
    "--hidden 7 --activation tanh --measures kl-selectivity,entropy --scopes network --modes mean --stride 3 " +
      "--random-draws 0 --repeats 2 --epochs 2",
    {
      hidden: [7],
      activation: "tanh",
      measures: ["entropy", "kl-selectivity"],
      scopes: ["network"],
      modes: ["mean"],
      stride: 3,
      randomDraws: 0,
      repeats: 2,
      epochs: 2,
    },
    "36-7-3",
  ],
  [
    "three layers of relu, one measure, layers, zero, a batch larger than the data, one epoch, a stride over the end",
    "--hidden 5,4,3 --activation relu --measures mutual-information --scopes layers --modes zero --batch-size 65536 " +
      "--epochs 1 --stride 1000 --random-draws 1 --repeats 1 --seed 9007199254740991 --l2 0 --learning-rate 1e-2",
    {
      hidden: [5, 4, 3],
      activation: "relu",
      measures: ["mutual-information"],
      scopes: ["layers"],
      modes: ["zero"],
      batchSize: 65536,
      epochs: 1,
      stride: 1000,
      randomDraws: 1,
      repeats: 1,
      seed: 9007199254740991,
      l2: 0,
      learningRate: 0.01,
    },
    "36-5-4-3-3",
  ],
  [
    "four levels of equal frequency",
    "--hidden 3 --repeats 1 --epochs 1 --bits 2 --bins equal-frequency",
    { hidden: [3], repeats: 1, epochs: 1, bits: 2, bins: "equal-frequency" },
    "36-3-3",
  ],
  [
    "sampled Shapley values",
    "--hidden 10,3 --activation relu --repeats 1 --epochs 1 --measures shapley-mean --shapley-draws 6 --shapley-error 0.25",
    {
      hidden: [10, 3],
      activation: "relu",
      repeats: 1,
      epochs: 1,
      measures: ["shapley-mean"],
      shapleyDraws: 6,
      shapleyError: 0.25,
    },
    "36-10-3-3",
  ],
  [
    "Shapley values by so many permutations as nobody said",
    "--hidden 9 --activation tanh --repeats 1 --epochs 1 --measures shapley-zero,entropy",
    {
      hidden: [9],
      activation: "tanh",
      repeats: 1,
      epochs: 1,
      measures: ["entropy", "shapley-zero"],
      shapleyDraws: 100,
    },
    "36-9-3",
  ],
  ...(["softplus", "gelu", "gelu-tanh"] as const).map(
    (activation) =>
      [
        `two layers of ${activation}`,
        `--hidden 6,5 --activation ${activation} --repeats 2 --epochs 3 --learning-rate 0.05`,
        { hidden: [6, 5], activation, repeats: 2, epochs: 3, learningRate: 0.05 },
        "36-6-5-3",
      ] as const,
  ),
  ["one neuron in one repeat, and all other defaults", "--hidden 1 --repeats 1", { hidden: [1], repeats: 1 }, "36-1-3"],
];

test.each(cases)("%s", async (_, options, changes, architecture) => {
  const out = `${architecture}-${changes.activation ?? "default"}`;
  const args = ["run", "--data", "tiny", "--out", out, ...onSwiftShader, "--quiet", ...options.split(" ")];
  const { exitCode, stderr, stdout } = await commandLine(args, { folder: scratch });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  const { study, neurons, curves, orders } = readResults(join(scratch, out));
  const config: StudyConfig = { ...defaults, data: "tiny", ...changes };
  expect(study.config).toEqual(config);
  const rows = { neurons: neurons.rows.length, curves: curves.rows.length, orders: orders.rows.length };
  expect(rows).toEqual(expectedRows(config));
  const layers = config.hidden.map((_, layer) => `layer${layer + 1}`);
  const scopes = [
    ...(config.scopes.includes("layers") ? layers : []),
    ...config.scopes.filter((kind) => kind !== "layers"),
  ];
  const measures = config.measures.map((measure) => measure.replaceAll("-", "_"));
  expect(distinct(curves.rows.map(({ scope }) => scope))).toEqual(scopes);
  expect(distinct(curves.rows.map(({ mode }) => mode))).toEqual(config.modes);
  expect(distinct(orders.rows.map(({ measure }) => measure))).toEqual([
    ...measures,
    ...(config.randomDraws > 0 ? ["random"] : []),
  ]);
  expect(study.repeats.map(({ trainLoss }) => trainLoss.length)).toEqual(Array(config.repeats).fill(config.epochs));
  for (const { trainLoss } of study.repeats) expect(trainLoss.at(-1)).toBeLessThanOrEqual(trainLoss[0]!);
  const models = filesBelow(join(scratch, out, "models"));
  expect(models).toHaveLength(config.repeats);
  const { metadata } = readSafetensors(join(scratch, out, "models", models[0]!));
  expect(metadata).toEqual({ activation: config.activation, architecture, inputs: "byte / 255" });
  for (const { correct } of curves.rows) expect(Number(correct)).toBeLessThanOrEqual(idxSizes.test);
  expect(stdout).toContain("Accuracy of the intact networks");
});

test("without --out the results go to a new folder below results/, named after data, activation and time", async () => {
  const args = ["run", "--data", "./tiny/", ...onSwiftShader, "--hidden", "3", "--repeats", "1", "--epochs", "1"];
  const { exitCode, stderr } = await commandLine(args, { folder: scratch });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^results in results\/tiny-sigmoid-\d{8}-\d{6} after /m);
  const folder = /^results in (\S+)/m.exec(stderr)![1]!;
  expect(readResults(join(scratch, folder)).study.dataset.name).toBe("tiny");
});
