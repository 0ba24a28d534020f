/** Networks in the lab whose inputs are rescaled, data that are pictures, and training there that teaches nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Network } from "../../src/core/network.ts";
import { readIdxFolder } from "../../src/data/images/idx-folder.ts";
import { treatedAsAsked } from "../../src/data/inputs/treat-inputs.ts";
import { withNoisyLabels } from "../../src/data/splits/noisy-labels.ts";
import { summarizeDataset } from "../../src/data/splits/summarize-dataset.ts";
import { createContext } from "../../src/gpu/device/context.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { analyze, openDevice } from "../../src/index.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { givenSource } from "../../src/platform/browser/given-files.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { resultFiles } from "../../src/report/files/result-files.ts";
import { runStudy } from "../../src/study/study.ts";
import type { GivenFile, LabNotice, LabSettings } from "../../web/engine/protocol.ts";
import { configOf } from "../../web/engine/settings.ts";
import { png } from "../support/data-files.ts";
import { testAdapterName } from "../support/gpu.ts";
import { tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, openTinyLab, settled } from "../support/lab-in-node.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { measured, trained } from "../support/study-jobs.ts";

const lab = await openTinyLab();
afterAll(() => lab.loseDevice());
const data = await readIdxFolder(givenSource(givenFiles(tinyIdxFiles())), "bands");
const settings: LabSettings = {
  hidden: [6],
  activation: "sigmoid",
  epochs: 4,
  repeats: 1,
  seed: 0,
  batchSize: 8,
  learningRate: 0.05,
  l2: 0,
  noisyLabels: 0,
  bits: 1,
  bins: "equal-width",
  singles: "all",
};

/** The planted network for (x - 0.25) / 0.5 in the place of x: W x + b = (0.5 W) x' + (b + 0.25 W 1). */
function rescaled({ layers: [first, ...others], ...network }: Network): Network {
  const { inputs, weights, biases } = first!;
  const sumOf = (row: number) => weights.subarray(row * inputs, (row + 1) * inputs).reduce((sum, one) => sum + one, 0);
  const layer = {
    ...first!,
    weights: weights.map((one) => one / 2),
    biases: biases.map((one, row) => one + sumOf(row) / 4),
  };
  const inputTreatment = { means: Float32Array.of(0.25), deviations: Float32Array.of(0.5) };
  return { ...network, layers: [layer, ...others], inputType: "bytes", inputTreatment };
}

test("a network's file that says how inputs are rescaled is measured so, and its samples are shown as they are", async () => {
  const measured = lab.next("measured");
  const done = settled(lab);
  const content = new Blob([encodeSafetensors(rescaled(plantedNetwork)) as Uint8Array<ArrayBuffer>]);
  lab.send({ type: "load", files: [{ path: "rescaled.safetensors", content }] });
  expect((await measured).repeats[0]!.testCorrect).toBe(data.test.count);
  await done;
  const extremes = lab.next("extremes");
  lab.send({ type: "extremes", sequence: 1, repeat: 0, neuron: { layer: 1, neuron: 0 }, count: 1 });
  const { samples, pixels } = (await extremes).most;
  const first = samples[0]! * data.features;
  expect([...pixels]).toEqual([...data.validation.inputs.subarray(first, first + data.features)]);
});

test("a folder of a study on standardised inputs is live with the data as they were read", async () => {
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  using devices = new Devices(await createContext(adapter, facts));
  const treated = await treatedAsAsked(data, { standardize: true });
  const config = { ...configOf(settings, "bands"), standardize: true };
  const outcome = await runStudy(devices, treated, config, () => 0);
  const provenance = { package: "", node: "", dawn: "", started: new Date(0).toISOString(), elapsedMs: {} };
  const results = {
    config,
    dataset: summarizeDataset(treated),
    ...outcome,
    provenance: { ...provenance, adapter: facts },
  };
  const files = resultFiles(results).map(({ name, chunks }) => ({
    path: `study/${name}`,
    content: new Blob([...chunks] as BlobPart[]),
  }));
  const study = lab.next("study");
  lab.send({ type: "load", files });
  expect(await study).toMatchObject({
    origin: "results-folder",
    live: true,
    lacking: "",
    dataset: { treatment: "standardize" },
  });
  const evaluated = lab.next("evaluated");
  lab.send({ type: "evaluate", sequence: 2, repeat: 0, removed: [], mode: "zero" });
  const { evaluation } = await evaluated;
  expect(evaluation.correct).toBe(outcome.repeats[0]!.testCorrect);
  expect(evaluation.loss).toBeCloseTo(outcome.repeats[0]!.testLoss, 6);
});

test("a share of wrong labels is learned from, said with the study, and measured on right ones", async () => {
  const study = lab.next("study");
  const layer = lab.next("firstLayer");
  const told = lab.next("measured");
  const done = settled(lab);
  lab.send({ type: "start", settings: { ...settings, noisyLabels: 40, seed: 5 } });
  const { config, notes, dataset } = await study;
  expect(config).toMatchObject({ noisyLabels: 0.4, seed: 5 });
  expect(notes).toEqual([expect.stringMatching(/^60 of 150 training labels \(40 %\) .* seed 5; .* as they were$/)]);
  expect(dataset.sha256).toBe(data.sha256);
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  using devices = new Devices(await createContext(adapter, facts));
  const wrong = withNoisyLabels(data, { noisyLabels: 0.4, seed: 5 });
  const own = await trained(devices, wrong, configOf({ ...settings, seed: 5 }, "bands"));
  expect((await layer).weights).toEqual(own[0]!.network.layers[0]!.weights);
  const { repeats } = await measured(devices, data, configOf(settings, "bands"), own);
  expect((await told).repeats[0]!.testCorrect).toBe(repeats[0]!.testCorrect);
  await done;
});

test("training that teaches nothing is told with the study, and what was learned is not", async () => {
  for (const [learningRate, warnings] of [
    [1e10, [expect.stringMatching(/^repeat 0 has not learned: the loss in the last epoch is \S+ nats, .*1\.0\d+;/)]],
    [settings.learningRate, []],
  ] as const) {
    const study = lab.next("study");
    const done = settled(lab);
    lab.send({ type: "start", settings: { ...settings, learningRate } });
    expect((await study).warnings).toEqual(warnings);
    await done;
  }
});

const SIDE = 4;
const pictureNetwork = realNetwork(testRandom(11), [SIDE * SIDE * 3, 7, 5, 2], "sigmoid");

/** Pictures with colours in folders of classes, in parts. */
function colouredPictures(): ReadonlyMap<string, Uint8Array> {
  const random = testRandom(8);
  const files = new Map<string, Uint8Array>();
  for (const [part, count] of [
    ["train", 36],
    ["test", 20],
  ] as const) {
    for (const [label, name] of ["ant", "bee"].entries()) {
      for (let number = 0; number < count; number++) {
        const pixels = Array.from({ length: SIDE * SIDE * 3 }, (_, at) =>
          random.nextBelow(at % 3 === label ? 256 : 128),
        );
        files.set(`animals/${part}/${name}/${number}.png`, png(SIDE, SIDE, 3, pixels));
      }
    }
  }
  return files;
}

test("a dropped folder of pictures gives what analyze gives on that folder, to the bit", async () => {
  const folder = scratchFolder();
  const files = colouredPictures();
  for (const [path, bytes] of files) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const gpu = await openDevice(testAdapterName === undefined ? {} : { adapter: testAdapterName });
  const own = await analyze(gpu, join(folder, "animals"), [pictureNetwork], { channels: "last" });
  gpu.device.destroy();

  const content = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const ready = settled(lab);
  lab.send({ type: "load", files: [...files].map(([path, bytes]) => ({ path, content: content(bytes) })) });
  await ready;
  const told = <T extends LabNotice["type"]>(type: T) =>
    lab.notices.findLast((notice): notice is Extract<LabNotice, { type: T }> => notice.type === type);
  expect(told("dataset")!.dataset).toEqual(own.dataset);
  expect(own.dataset).toMatchObject({ name: "animals", sampleShape: [SIDE, SIDE, 3], classNames: ["ant", "bee"] });
  expect(told("loading")).toMatchObject({ what: "pictures", loaded: files.size - 2, total: files.size });

  const done = settled(lab);
  const model: GivenFile = { path: "mine.safetensors", content: content(encodeSafetensors(pictureNetwork)) };
  lab.send({ type: "load", files: [model], options: { channels: "last" } });
  await done;
  expect(told("measured")).toMatchObject({ repeats: own.repeats, neurons: own.neurons });
  expect(told("orders")!.orders).toEqual(own.orders);
  expect(told("singles")!.singles).toEqual(own.singles);
});
