/**
 * The same study in Node and in browsers, all on SwiftShader: the same shaders through several builds of Dawn, the same
 * arithmetic through several versions of V8. What is found out of integers is equal, and so is all that follows from the
 * weights while these are.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AblationCurve, RemovalOrder, SingleRemovals } from "../../src/core/ablation.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import { splitEmbeddedDigits } from "../../src/data/digits/embedded-digits.ts";
import { summarizeDataset } from "../../src/data/splits/summarize-dataset.ts";
import { createContext } from "../../src/gpu/device/context.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { loadDigits } from "../../src/platform/node/digits.ts";
import { runStudy, type StudyOutcome } from "../../src/study/study.ts";
import type { LabNotice, LabSettings } from "../../web/engine/protocol.ts";
import { configOf } from "../../web/engine/settings.ts";
import { chromiumPaths, noChromium } from "../support/chromium.ts";
import { type LabWorker, startLabWorker } from "../support/lab-worker.ts";

const settings: LabSettings = {
  hidden: [12, 8],
  activation: "sigmoid",
  epochs: 1,
  repeats: 2,
  seed: 3,
  batchSize: 64,
  learningRate: 0.01,
  l2: 1e-5,
  noisyLabels: 0,
  bits: 1,
  bins: "equal-width",
  singles: "all",
};
const config = configOf(settings, "mnist");

/** Plain numbers, as notices bring them. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? [...(part as Float32Array)] : part)));

interface InBrowser {
  readonly dataset: unknown;
  readonly repeats: StudyOutcome["repeats"];
  readonly neurons: NeuronTable[];
  readonly orders: RemovalOrder[];
  readonly singles: SingleRemovals[];
  readonly curves: AblationCurve[];
  readonly weights: unknown[];
}

async function inBrowser(worker: LabWorker): Promise<InBrowser> {
  await worker.send({ type: "start", settings });
  const { dataset } = await worker.take("study");
  const weights = [(await worker.take("firstLayer")).weights, (await worker.take("firstLayer")).weights];
  const { repeats, neurons } = await worker.take("measured");
  const { orders } = await worker.take("orders");
  let singles: readonly SingleRemovals[] = [];
  while (singles.length < 2 * 2 * 2) ({ singles } = await worker.take("singles"));
  const { scopes, modes } = config;
  await worker.send({ type: "curves", request: 1, repeats: [0, 1], scopes, modes });
  const curves: AblationCurve[] = [];
  let part: Extract<LabNotice, { type: "curves" }>;
  do {
    part = await worker.take("curves");
    curves.push(...part.curves);
  } while (part.done < part.total);
  return { dataset, weights, repeats, neurons: [...neurons], orders: [...orders], singles: [...singles], curves };
}

/** The same data at three bits: a smaller study, for its histograms alone. */
const levels: LabSettings = { ...settings, hidden: [6], repeats: 1, bits: 3 };

async function levelsInBrowser(worker: LabWorker): Promise<NeuronTable[]> {
  await worker.send({ type: "start", settings: levels });
  const { neurons } = await worker.take("measured");
  return [...neurons];
}

async function inNode() {
  const { adapter, facts } = await openAdapter({ name: "swiftshader" });
  using devices = new Devices(await createContext(adapter, facts));
  const dataset = await splitEmbeddedDigits((await loadDigits()).digits);
  const outcome = await runStudy(devices, dataset, config, () => 0);
  const { neurons } = await runStudy(devices, dataset, configOf(levels, "mnist"), () => 0);
  return { dataset: summarizeDataset(dataset), ...outcome, levels: neurons };
}

/** Order of curves plays no part: the lab computes them scope after scope. */
const nameOf = ({ order, mode }: AblationCurve) =>
  [order.repeat, order.scope, order.measure, order.direction, order.draw, mode].join(" ");
const byName = (curves: readonly AblationCurve[]) =>
  Object.fromEntries(curves.map((curve) => [nameOf(curve), plain({ correct: curve.correct, loss: curve.loss })]));

let computed: ReturnType<typeof inNode> | undefined;

const browsers = chromiumPaths.map((path) => ({ path, name: path ?? "the packed Chromium" }));

describe.skipIf(noChromium !== undefined).each(browsers)("the same study in Node and in $name", ({ path }) => {
  let worker: LabWorker;
  let browser: InBrowser;
  let levelsThere: NeuronTable[];
  let node: Awaited<ReturnType<typeof inNode>>;
  beforeAll(async () => {
    worker = await startLabWorker(path);
    const { adapter } = await worker.take("adapter");
    expect(adapter.state).toBe("software");
    browser = await inBrowser(worker);
    levelsThere = await levelsInBrowser(worker);
    computed ??= inNode();
    node = await computed;
  });
  afterAll(() => worker.close());

  test("is made of the same data, to the byte", () => {
    expect(browser.dataset).toEqual(plain(node.dataset));
  });

  test("trains the same weights, bit for bit", () => {
    expect(browser.weights).toEqual(plain(node.networks.map(({ network }) => network.layers[0]!.weights)));
    expect(browser.repeats).toEqual(plain(node.repeats));
  });

  test("counts the same ones, and so has the same measures and orders", () => {
    expect(browser.neurons).toEqual(plain(node.neurons));
    expect(browser.orders).toEqual(plain(node.orders));
  });

  test("parts outputs into the same levels at three bits, and counts the same in each", () => {
    expect(node.levels[0]!.levels).toMatchObject({ levels: 8 });
    expect(levelsThere).toEqual(plain(node.levels));
  });

  test("finds the same accuracy without any one neuron", () => {
    expect(browser.singles).toEqual(plain(node.singles));
  });

  test("finds the same accuracy along every curve", () => {
    expect(node.curves.length).toBe(2 * 4 * (3 * 2 + 5) * 2);
    expect(byName(browser.curves)).toEqual(byName(node.curves));
  });

  test("is made without a word on the console, and without a request to anywhere else", () => {
    expect(worker.console).toEqual([]);
    expect(worker.requests.filter((address) => !address.startsWith("http://127.0.0.1:"))).toEqual([]);
  });
});
