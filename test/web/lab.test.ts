/** What the page can ask of the worker, and what it is told: on a device of this machine, with a tiny data set. */
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NeuronAddress } from "../../src/core/ablation.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { readIdxFolder } from "../../src/data/images/idx-folder.ts";
import { createContext } from "../../src/gpu/device/context.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { givenSource } from "../../src/platform/browser/given-files.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { answers } from "../../src/report/analysis/answers.ts";
import { comparisons } from "../../src/report/analysis/comparisons.ts";
import { groupCurves } from "../../src/report/analysis/curve-groups.ts";
import { histogramsCsv } from "../../src/report/files/histograms-file.ts";
import { resultFiles } from "../../src/report/files/result-files.ts";
import { singleCsv } from "../../src/report/files/single-file.ts";
import { runStudy, type StudyOutcome } from "../../src/study/study.ts";
import type { LabNotice, LabSettings } from "../../web/engine/protocol.ts";
import { configOf } from "../../web/engine/settings.ts";
import { testAdapterName } from "../support/gpu.ts";
import { idxNames, tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, type LabInNode, openLab, openTinyLab, settled, tinyLabSettings } from "../support/lab-in-node.ts";

const settings = tinyLabSettings;
const config = configOf(settings, "bands");
const start = { type: "start", settings } as const;
/** Long enough that something can happen meanwhile. */
const longStart = { type: "start", settings: { ...settings, epochs: 5000 } } as const;
const { scopes, modes } = config;
const everyCurve = { type: "curves", request: 1, repeats: [0, 1], scopes, modes } as const;

const openLabs: LabInNode[] = [];
async function openedLab(): Promise<LabInNode> {
  const lab = await openTinyLab();
  openLabs.push(lab);
  return lab;
}
afterAll(() => {
  for (const lab of openLabs) lab.loseDevice();
});

/** A lab that has trained the tiny study. */
async function trainedLab(): Promise<LabInNode> {
  const lab = await openedLab();
  lab.send(start);
  await settled(lab);
  return lab;
}

const of = <T extends LabNotice["type"]>(lab: LabInNode, type: T) =>
  lab.notices.filter((notice): notice is Extract<LabNotice, { type: T }> => notice.type === type);

/** The same study as the command line makes it. */
async function commandLineStudy(config: StudyConfig): Promise<StudyOutcome> {
  const dataset = await readIdxFolder(givenSource(givenFiles(tinyIdxFiles())), "bands");
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  using devices = new Devices(await createContext(adapter, facts));
  return await runStudy(devices, dataset, config, () => 0);
}

describe("a study in the lab", () => {
  let lab: LabInNode;
  let outcome: StudyOutcome;
  beforeAll(async () => {
    lab = await trainedLab();
    outcome = await commandLineStudy(config);
  });

  test("is told as it is made: phases, training by epoch, then what was found", () => {
    expect(of(lab, "phase").map(({ phase }) => phase)).toEqual(["ready", "training", "measuring", "sweeping", "ready"]);
    const training = of(lab, "training");
    expect(training.at(-1)).toMatchObject({ epochs: 3, epochsDone: 3 });
    const share = training.map(({ epochsDone }) => epochsDone);
    expect(share).toEqual(share.toSorted((a, b) => a - b));
    expect(training.at(-1)!.remainingMs).toBe(0);
    outcome.repeats.forEach(({ repeat, trainLoss, validationAccuracy }) => {
      const told = training.at(-1)!.repeats[repeat]!;
      expect(told.loss).toEqual(trainLoss);
      expect(told.accuracy).toHaveLength(3);
      expect(told.accuracy.at(-1)).toBe(validationAccuracy);
    });
  });

  test("is the command line's, to the bit", () => {
    expect(of(lab, "study").at(-1)).toMatchObject({ origin: "trained", live: true, config, widths: [36, 7, 5, 3] });
    expect(of(lab, "measured").at(-1)).toMatchObject({ repeats: outcome.repeats, neurons: outcome.neurons });
    expect(of(lab, "orders").at(-1)!.orders).toEqual(outcome.orders);
    expect(of(lab, "singles").at(-1)!.singles).toEqual(outcome.singles);
    for (const { repeat, weights } of of(lab, "firstLayer"))
      expect(weights).toEqual(outcome.networks[repeat]!.network.layers[0]!.weights);
  });

  test("gives the curves that are asked for, and those that are there at once", async () => {
    const ended = lab.next("ended");
    lab.send(everyCurve);
    expect(await ended).toEqual({ type: "ended", request: 1, outcome: "done" });
    const first = of(lab, "curves").flatMap(({ curves }) => curves);
    expect(first).toHaveLength(outcome.curves.length);
    expect(first).toEqual(expect.arrayContaining([...outcome.curves]));
    const again = lab.next("ended");
    lab.send({ ...everyCurve, request: 2 });
    await again;
    const second = of(lab, "curves").filter(({ request }) => request === 2);
    expect(second.flatMap(({ curves }) => curves)).toEqual(first);
    expect(second.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
  });

  test("gives the answer of all curves in a mode, as a report of these results does", async () => {
    const answered = lab.next("answers");
    lab.send({ ...everyCurve, request: 3, modes: ["zero"], answers: true });
    const wanted = answers(
      comparisons(
        groupCurves(outcome.curves),
        config.measures.map((name) => name.replaceAll("-", "_")),
      ),
      "zero",
    );
    expect(wanted!.list).toHaveLength(config.measures.length * 4); // two layers, and both orders of the whole network
    expect(await answered).toEqual({ type: "answers", request: 3, answers: wanted });
  });

  test("takes as many validation samples for their class, one by one, as it was measured to", async () => {
    const { repeats } = of(lab, "measured").at(-1)!;
    const { validation } = of(lab, "study").at(-1)!.dataset;
    for (const { repeat, validationAccuracy } of repeats) {
      let correct = 0;
      for (let sample = 0; sample < validation; sample++) {
        const told = lab.next("classified");
        lab.send({ type: "classify", sequence: sample, repeat, choice: { sample }, removed: [], mode: "mean" });
        const { classified } = await told;
        expect(classified).toMatchObject({ sequence: sample, repeat, sample });
        if (classified.winner === classified.label) correct++;
      }
      expect(correct).toBe(Math.round(validationAccuracy * validation));
    }
  });

  test("is exported as the files that the command line writes", async () => {
    const exported = lab.next("exported");
    lab.send({ type: "export", request: 3 });
    const { name, zip } = await exported;
    expect(name).toMatch(/^bands-sigmoid-\d{8}-\d{6}\.zip$/);
    // The report's style is not to be had here, which costs the report alone.
    expect(of(lab, "fault").at(-1)).toMatchObject({ about: "export", fault: { where: "/report-page.css" } });
    const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
    const provenance = { package: "", node: "", dawn: "", started: new Date(0).toISOString(), elapsedMs: {} };
    const adapter = { vendor: "", architecture: "", device: "", description: "", software: true, backend: "" };
    const { dataset } = of(lab, "study").at(-1)!;
    const wanted = resultFiles({ config, dataset, ...outcome, provenance: { ...provenance, adapter } });
    const folder = name.replace(".zip", "");
    expect(Object.keys(files).toSorted()).toEqual(wanted.map((file) => `${folder}/${file.name}`).toSorted());
    for (const { name: file, chunks } of wanted.filter((one) => one.name !== "study.json")) {
      const parts = [...chunks].map((chunk) => (typeof chunk === "string" ? Buffer.from(chunk) : chunk));
      expect(Buffer.concat(parts).equals(files[`${folder}/${file}`]!), file).toBe(true);
    }
  });

  test("can be dropped again as it was exported, and is then shown, and live with its data", async () => {
    const exported = lab.next("exported");
    lab.send({ type: "export", request: 4 });
    const files = unzipSync(new Uint8Array(await (await exported).zip.arrayBuffer()));
    const told = lab.next("study");
    const measured = lab.next("measured");
    lab.send({
      type: "load",
      files: givenFiles(new Map(Object.entries(files)), "").map(({ path, content }) => ({
        path: path.slice(1),
        content,
      })),
    });
    expect(await told).toMatchObject({ origin: "results-folder", live: true, lacking: "", missing: [], config });
    expect((await measured).neurons).toEqual(outcome.neurons);
    const evaluated = lab.next("evaluated");
    lab.send({ type: "evaluate", sequence: 1, repeat: 0, removed: [], mode: "zero" });
    expect((await evaluated).evaluation.correct).toBe(outcome.repeats[0]!.testCorrect);
  });
});

test("a study at three bits, with some neurons removed alone, is the command line's, and so is its zip", async () => {
  const levels: LabSettings = { ...settings, epochs: 1, repeats: 1, bits: 3, bins: "equal-frequency", singles: 3 };
  const lab = await openedLab();
  lab.send({ type: "start", settings: levels });
  await settled(lab);
  const outcome = await commandLineStudy(configOf(levels, "bands"));
  expect(outcome.neurons[0]!.levels).toMatchObject({ levels: 8 });
  expect(of(lab, "measured").at(-1)!.neurons).toEqual(outcome.neurons);
  expect(of(lab, "orders").at(-1)!.orders).toEqual(outcome.orders);
  expect(of(lab, "singles").at(-1)!.singles).toEqual(outcome.singles);
  expect(outcome.singles.map(({ neurons }) => neurons?.length)).toEqual([3, 3, 3, 3]);
  const exported = lab.next("exported");
  lab.send({ type: "export", request: 3 });
  const { name, zip } = await exported;
  const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
  expect(strFromU8(files[`${name.replace(".zip", "")}/single.csv`]!)).toBe([...singleCsv(outcome.singles)].join(""));
  const histograms = strFromU8(files[`${name.replace(".zip", "")}/histograms.csv`]!);
  expect(histograms).toBe([...histogramsCsv(outcome.neurons)].join(""));
  const study = JSON.parse(strFromU8(files[`${name.replace(".zip", "")}/study.json`]!)) as { config: unknown };
  expect(study.config).toMatchObject({ bits: 3, bins: "equal-frequency", singles: 3 });
});

test("a study without single removals asks for none, be it trained, stopped or gone back to, and has no file of them", async () => {
  const lab = await openedLab();
  lab.send({ type: "start", settings: { ...settings, epochs: 2, singles: "none" }, live: true });
  await settled(lab);
  expect(of(lab, "study").map(({ epoch }) => epoch?.shown)).toEqual([1, 2]);
  lab.send({ type: "epoch", epoch: 1 });
  await settled(lab);
  lab.send({ type: "start", settings: { ...settings, epochs: 5000, singles: "none" }, live: true });
  await lab.next("study");
  lab.send({ type: "stop" });
  await settled(lab);
  expect(of(lab, "phase").map(({ phase }) => phase)).not.toContain("sweeping");
  expect(of(lab, "singles")).toEqual([]);
  const exported = lab.next("exported");
  lab.send({ type: "export", request: 1 });
  const names = Object.keys(unzipSync(new Uint8Array(await (await exported).zip.arrayBuffer())));
  expect(names.filter((name) => name.endsWith("/neurons.csv"))).toHaveLength(1);
  expect(names.filter((name) => name.endsWith("/single.csv"))).toEqual([]);
});

describe("clicks", () => {
  let lab: LabInNode;
  beforeAll(async () => {
    lab = await trainedLab();
  });
  const one: NeuronAddress[] = [{ layer: 2, neuron: 3 }];
  const click = (sequence: number, removed = one) =>
    lab.send({ type: "evaluate", sequence, repeat: 1, removed, mode: "mean" });

  test("give what the removal of one neuron is known to cost", async () => {
    const evaluated = lab.next("evaluated");
    click(1);
    const { evaluation } = await evaluated;
    const table = of(lab, "singles").at(-1)!.singles;
    const single = table.find(({ repeat, layer, mode }) => repeat === 1 && layer === 2 && mode === "mean")!;
    expect(evaluation).toMatchObject({ sequence: 1, repeat: 1, mode: "mean", removed: one, samples: 60 });
    expect(evaluation.correct).toBe(single.correct[3]);
    expect([...evaluation.correctPerClass]).toEqual([...single.correctPerClass!.slice(9, 12)]);
  });

  test("that come too fast are overtaken by the newest", async () => {
    const before = of(lab, "evaluated").length;
    for (let sequence = 10; sequence < 30; sequence++) click(sequence);
    for (let last = -1; last !== 29; ) last = (await lab.next("evaluated")).evaluation.sequence;
    const sequences = of(lab, "evaluated")
      .slice(before)
      .map(({ evaluation }) => evaluation.sequence);
    expect(sequences).toEqual([10, 29]);
  });

  test("are answered while training is paused, and training then goes on", async () => {
    lab.send(longStart);
    await lab.next("training");
    const paused = lab.next("phase");
    lab.send({ type: "pause" });
    expect(await paused).toMatchObject({ phase: "training", paused: true });
    const evaluated = lab.next("evaluated");
    click(40);
    await evaluated;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const held = of(lab, "training").length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(of(lab, "training").length).toBe(held);
    lab.send({ type: "resume" });
    await lab.next("training");
    const end = settled(lab);
    lab.send({ type: "stop" });
    await end;
    // What was shown before still works.
    const after = lab.next("evaluated");
    click(41);
    expect((await after).evaluation.sequence).toBe(41);
  });

  test("show the samples that a neuron answers to most and least", async () => {
    const told = lab.next("extremes");
    lab.send({ type: "extremes", sequence: 7, repeat: 0, neuron: { layer: 1, neuron: 2 }, count: 4 });
    const { most, least, sequence } = await told;
    expect(sequence).toBe(7);
    expect(most.activations.length).toBe(4);
    expect([...most.activations]).toEqual([...most.activations].toSorted((a, b) => b - a));
    expect([...least.activations]).toEqual([...least.activations].toSorted((a, b) => a - b));
    expect(most.activations[3]!).toBeGreaterThan(least.activations[3]!);
    expect(most.pixels.length).toBe(4 * 36);
  });

  test("at what is not there are refused, and the lab goes on", async () => {
    const fault = lab.next("fault");
    lab.send({ type: "evaluate", sequence: 50, repeat: 9, removed: [], mode: "zero" });
    expect(await fault).toMatchObject({ about: "evaluate", unexpected: false });
    const evaluated = lab.next("evaluated");
    click(51);
    await evaluated;
  });
});

describe("work that is given up", () => {
  test("ends when another study is begun, whose results are those shown", async () => {
    const lab = await openedLab();
    lab.send(longStart);
    await lab.next("training");
    const study = lab.next("study");
    lab.send(start);
    expect(await study).toMatchObject({ config: { epochs: 3 } });
    expect(of(lab, "fault").filter(({ about }) => about === "start")).toEqual([]);
  });

  test("ends by its number, also where it waits, and keeps the curves that are there", async () => {
    const lab = await trainedLab();
    const part = lab.next("curves");
    lab.send(everyCurve);
    lab.send({ ...everyCurve, request: 2 });
    const waiting = lab.next("ended");
    lab.send({ type: "cancel", request: 2 });
    expect(await waiting).toMatchObject({ request: 2, outcome: "cancelled" });
    await part;
    const running = lab.next("ended");
    lab.send({ type: "cancel", request: 1 });
    expect(await running).toMatchObject({ request: 1, outcome: "cancelled" });
  });
});

describe("a lost device", () => {
  test("while nothing runs is replaced, and the next click works as before", async () => {
    const lab = await trainedLab();
    const before = lab.next("evaluated");
    lab.send({ type: "evaluate", sequence: 1, repeat: 0, removed: [], mode: "zero" });
    const { evaluation } = await before;
    const [lost, recovered] = [lab.next("deviceLost"), lab.next("deviceRecovered")];
    lab.loseDevice();
    expect((await lost).fault.what).toBe("the device was lost");
    await recovered;
    const after = lab.next("evaluated");
    lab.send({ type: "evaluate", sequence: 2, repeat: 0, removed: [], mode: "zero" });
    expect({ ...(await after).evaluation, elapsedMs: 0 }).toEqual({ ...evaluation, sequence: 2, elapsedMs: 0 });
  });

  test("while training costs no result, and no epoch that was told of is trained again", async () => {
    const undisturbed = await trainedLab();
    const lab = await openedLab();
    const end = settled(lab);
    lab.send(start);
    for (let epochs = 0; epochs === 0; ) epochs = (await lab.next("training")).repeats[0]!.loss.length;
    const before = of(lab, "training").length;
    lab.loseDevice();
    await end;
    const epochsSince = of(lab, "training")
      .slice(before)
      .map(({ repeats }) => repeats[0]!.loss.length);
    expect(Math.min(...epochsSince)).toBeGreaterThanOrEqual(1);
    expect(of(lab, "deviceRecovered")).toHaveLength(1);
    expect(of(lab, "measured").at(-1)).toEqual(of(undisturbed, "measured").at(-1));
    expect(of(lab, "training").at(-1)!.repeats).toEqual(of(undisturbed, "training").at(-1)!.repeats);
  });
});

describe("what is dropped", () => {
  let lab: LabInNode;
  beforeAll(async () => {
    lab = await trainedLab();
  });
  const bytes = (content: string | Uint8Array) => new Blob([content as Uint8Array<ArrayBuffer>]);
  async function faultOf(files: Parameters<typeof givenFiles>[0], folder = "dropped") {
    const told = lab.next("fault");
    lab.send({ type: "load", files: givenFiles(files, folder) });
    return (await told).fault;
  }

  test("as a network is measured on the data in use", async () => {
    const network = (await commandLineStudy(config)).networks[1]!.network;
    const [study, measured] = [lab.next("study"), lab.next("measured")];
    lab.send({ type: "load", files: [{ path: "mine.safetensors", content: bytes(encodeSafetensors(network)) }] });
    expect(await study).toMatchObject({ origin: "network-file", label: "mine.safetensors", live: true });
    expect((await measured).repeats[0]!.testCorrect).toBe(of(lab, "measured")[0]!.repeats[1]!.testCorrect);
  });

  const header = (length: bigint) => {
    const file = new Uint8Array(64);
    new DataView(file.buffer).setBigUint64(0, length, true);
    return file;
  };
  const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0, 1]);
  const truncated = () => {
    const files = tinyIdxFiles();
    return files.set(idxNames.testImages, files.get(idxNames.testImages)!.slice(0, -1));
  };

  test.each([
    ["a picture", new Map([["cat.jpg", jpeg]]), /no data of a known format/, "dropped"],
    ["a picture called a network", new Map([["cat.safetensors", jpeg]]), /header does not fit/, "cat.safetensors"],
    ["a header of 2 GB", new Map([["big.safetensors", header(2n ** 31n)]]), /header does not fit/, "big.safetensors"],
    ["a picture called IDX", new Map([...tinyIdxFiles(), [idxNames.trainImages, jpeg]]), /IDX/, idxNames.trainImages],
    ["a truncated IDX file", truncated(), /./, idxNames.testImages],
    ["one IDX file of four", new Map([[idxNames.trainImages, jpeg]]), /3 IDX files are missing/, "dropped"],
    ["study.json that is none", new Map([["study.json", jpeg]]), /./, "dropped/study.json"],
    ["nothing", new Map(), /cannot read this/, ""],
  ])("as %s is refused by its name, and the lab goes on", async (_, files, what, where) => {
    const fault = await faultOf(files);
    expect(fault.what).toMatch(what);
    expect(fault.where).toBe(where);
    expect(fault.fix).toMatch(/\w/);
    const evaluated = lab.next("evaluated");
    lab.send({ type: "evaluate", sequence: 1, repeat: 0, removed: [], mode: "zero" });
    expect((await evaluated).evaluation.samples).toBe(60);
  });

  test("as a network of other data is refused with what would fit", async () => {
    const layer = { inputs: 4, outputs: 2, weights: new Float32Array(8), biases: new Float32Array(2) };
    const last = { inputs: 2, outputs: 3, weights: new Float32Array(6), biases: new Float32Array(3) };
    const file = encodeSafetensors({ activation: "relu", layers: [layer, last] });
    expect(await faultOf(new Map([["other.safetensors", file]]))).toMatchObject({
      what: "the network does not take the data's inputs",
      where: "other.safetensors",
      found: "4 inputs (4-2-3)",
      fix: "drop the data that it was trained on first",
    });
  });

  test("with weights that are no numbers is refused with the place", async () => {
    const layer = { inputs: 36, outputs: 2, weights: new Float32Array(72), biases: new Float32Array(2) };
    const last = {
      inputs: 2,
      outputs: 3,
      weights: new Float32Array(6).fill(Number.NaN, 4),
      biases: new Float32Array(3),
    };
    const file = encodeSafetensors({ activation: "relu", layers: [layer, last] });
    const fault = await faultOf(new Map([["broken.safetensors", file]]));
    expect(fault.what).toBe("weight of layers.1, element 4, is not finite");
  });
});

describe("a lab without WebGPU", () => {
  test("says so, and what to do, and refuses to train with a reason", async () => {
    const lab = await openLab({
      isSecureContext: true,
      navigator: { userAgent: "Mozilla/5.0 (X11; Linux) Chrome/130" },
    });
    expect(of(lab, "adapter")[0]!.adapter).toMatchObject({
      state: "missing",
      fault: { fix: expect.stringContaining("chrome://flags/#enable-unsafe-webgpu") },
    });
    const fault = lab.next("fault");
    lab.send(start);
    expect(await fault).toMatchObject({
      about: "start",
      unexpected: false,
      fault: { what: expect.stringContaining("no WebGPU adapter") },
    });
  });
});
