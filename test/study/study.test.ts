/** The whole study on a data set made here: its outcome is complete, consistent, and a function of the seed alone. */
import { describe, expect, test } from "vitest";
import type { AblationCurve, RemovalOrder } from "../../src/core/ablation.ts";
import { classCounts } from "../../src/core/class-counts.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { summarizeDataset } from "../../src/data/splits/summarize-dataset.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { measureNamed } from "../../src/measures/registry.ts";
import type { JobStage } from "../../src/study/jobs.ts";
import { runStudy, type StudyObserver, type StudyOutcome } from "../../src/study/study.ts";
import { meanActivations } from "../../src/study/table-orders.ts";
import { testGpu } from "../support/gpu.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();

/** A clock that never shows the same time twice, and no time that depends on the machine. */
function countingClock(): () => number {
  let now = 0;
  return () => now++;
}

function study(config: Partial<StudyConfig> = {}, observer: StudyObserver = {}): Promise<StudyOutcome> {
  return runStudy(new Devices(gpu), tinyDataset, { ...tinyConfig, ...config }, countingClock(), observer);
}

const outcome = await study();
const { repeats, networks, neurons, orders, curves } = outcome;

const key = ({ repeat, scope, measure, direction, draw }: RemovalOrder) =>
  [repeat, scope, measure, direction, draw].join(" ");
const size = ({ scope }: RemovalOrder) => ({ layer1: 7, layer2: 5 })[scope as "layer1"] ?? 12;

test("a study of floats has the outcome of one of bytes, to the bit, where the values are the same", async () => {
  // As the kernels make values of bytes: the quotient's float32, then the product's.
  const floats = (split: Split): Split => {
    const inputs = Float32Array.from(split.inputs, (byte) => byte * Math.fround(1 / 255));
    return { ...split, inputs };
  };
  const { train, validation, test: heldOut } = tinyDataset;
  const dataset = { ...tinyDataset, train: floats(train), validation: floats(validation), test: floats(heldOut) };
  const same = await runStudy(new Devices(gpu), dataset, tinyConfig, countingClock());
  const said = (inputType: string) => networks.map((one) => ({ ...one, network: { ...one.network, inputType } }));
  expect(networks).toEqual(said("bytes"));
  expect(same.networks).toEqual(said("floats"));
  expect(same.neurons).toEqual(neurons);
  expect(same.curves).toEqual(curves);
  expect(same.singles).toEqual(outcome.singles);
});

describe("the outcome of a study", () => {
  test("has a summary, a network and a table of neurons for every repeat, in order", () => {
    for (const rows of [repeats, networks, neurons]) expect(rows.map(({ repeat }) => repeat)).toEqual([0, 1]);
    for (const { trainLoss } of repeats) expect(trainLoss).toHaveLength(3);
    expect(repeats.map(({ trainLoss }) => trainLoss)).toEqual(networks.map(({ trainLoss }) => trainLoss));
    for (const { network } of networks) {
      const shapes = network.layers.map(({ inputs, outputs, weights, biases }) => [
        inputs,
        outputs,
        weights.length,
        biases.length,
      ]);
      expect(shapes).toEqual([
        [36, 7, 252, 7],
        [7, 5, 35, 5],
        [5, 3, 15, 3],
      ]);
    }
  });

  test("tells of networks that have learned: the loss falls and accuracy is well above a third", () => {
    for (const { trainLoss, testAccuracy, validationAccuracy } of repeats) {
      expect(trainLoss.at(-1)).toBeLessThan(trainLoss[0]!);
      expect(Math.min(testAccuracy, validationAccuracy)).toBeGreaterThan(0.6);
    }
  });

  test("counts every validation sample in every neuron's row", () => {
    const sizes = classCounts(tinyDataset.validation.labels, 3);
    for (const table of neurons) {
      expect([table.rows, table.samples, table.classes]).toEqual([12, 60, 3]);
      expect([...table.layer]).toEqual([1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
      expect(Object.keys(table.measures)).toEqual(["entropy", "mutual_information", "kl_selectivity"]);
      expect(table.levels!.counts).toHaveLength(12 * 3);
      table.levels!.counts.forEach((ones, index) => {
        expect(ones).toBeLessThanOrEqual(sizes[index % 3]!);
      });
    }
  });

  test("has an order for every scope, measure and direction and every random draw, of all its neurons", () => {
    expect(new Set(orders.map(key)).size).toBe(orders.length);
    expect(orders).toHaveLength(2 * 4 * (3 * 2 + 2));
    for (const order of orders) {
      const removed = order.neurons.map(({ layer, neuron }) => `${layer}/${neuron}`);
      expect(new Set(removed).size, key(order)).toBe(size(order));
    }
  });

  test("has for every order a curve in each mode, from none removed to all", () => {
    expect(curves.map(({ order, mode }) => [key(order), mode])).toEqual(
      orders.flatMap((order) => ["zero", "mean"].map((mode) => [key(order), mode])),
    );
    for (const { order, removed, correct, loss, samples } of curves) {
      expect([...removed]).toEqual(Array.from({ length: size(order) + 1 }, (_, step) => step));
      expect([samples, correct.length, loss.length]).toEqual([60, removed.length, removed.length]);
      expect([...correct].every((hits) => hits <= samples)).toBe(true);
      expect([...loss].every((value) => value > 0 && Number.isFinite(value))).toBe(true);
    }
  });

  test("says of the intact network the same everywhere: in its summary and at the first step of all its curves", () => {
    for (const { order, correct, loss } of curves) {
      const { testCorrect, testAccuracy, testLoss } = repeats[order.repeat]!;
      expect(correct[0], key(order)).toBe(testCorrect);
      expect(testAccuracy).toBe(testCorrect / 60);
      expect(loss[0], key(order)).toBeCloseTo(testLoss, 6);
    }
  });

  test("ends every curve at one class of three: 20 of 60 right", () => {
    for (const { correct } of curves) expect(correct.at(-1)).toBe(20);
  });

  test("measures the time of each stage by the clock it was given", () => {
    // Two more looks at the clock, for the evidence of all measures.
    expect(outcome.elapsedMs).toEqual({ train: 1, measure: 3, ablate: 1 });
    expect(outcome.costs).toEqual([
      { of: ["entropy", "mutual_information", "kl_selectivity"], networks: tinyConfig.repeats, elapsedMs: 1 },
    ]);
  });
});

describe("a study", () => {
  test("is a function of its seed: the same again, and another with another", async () => {
    expect(await study()).toEqual(outcome);
    const other = await study({ seed: 1 });
    expect(other.networks[0]!.network.layers[0]!.weights).not.toEqual(networks[0]!.network.layers[0]!.weights);
    expect(other.orders).not.toEqual(orders);
  });

  test("gives a repeat the same bits whether one or three are trained", async () => {
    const three = await study({ repeats: 3 });
    const one = await study({ repeats: 1 });
    for (const { repeats: r, networks: n, neurons: t } of [one, outcome]) {
      expect(three.repeats.slice(0, r.length)).toEqual(r);
      expect(three.networks.slice(0, r.length)).toEqual(n);
      expect(three.neurons.slice(0, r.length)).toEqual(t);
    }
    const ofRepeat = (all: readonly AblationCurve[], repeat: number) =>
      all.filter((curve) => curve.order.repeat === repeat);
    expect(ofRepeat(three.curves, 0)).toEqual(one.curves);
    expect(ofRepeat(three.curves, 1)).toEqual(ofRepeat(curves, 1));
    expect(three.networks[2]).not.toEqual({ ...three.networks[1], repeat: 2 });
  });

  test("keeps to the scopes, measures, modes, draws and stride it is asked for", async () => {
    const narrow = await study({
      repeats: 1,
      epochs: 1,
      scopes: ["network"],
      measures: ["kl-selectivity"],
      modes: ["mean"],
      randomDraws: 0,
      stride: 5,
    });
    const id = measureNamed("kl-selectivity")!.id;
    expect(narrow.orders.map(key)).toEqual([`0 network ${id} low 0`, `0 network ${id} high 0`]);
    expect(narrow.curves.map(({ mode, removed }) => [mode, [...removed]])).toEqual([
      ["mean", [0, 5, 10, 12]],
      ["mean", [0, 5, 10, 12]],
    ]);
  });

  test("hands over each stage's yield as it exists, and reports progress up to the end of each stage", async () => {
    const events: ProgressEvent[] = [];
    const seen: unknown[] = [];
    await study(
      { repeats: 1, epochs: 2 },
      {
        onProgress: (event) => events.push(event),
        onJobs: async (stage, jobs) => void seen.push([stage, jobs, events.at(-1)!.stage]),
        onStage: async (stage) => void seen.push(stage),
      },
    );
    const told = (stage: JobStage) => [[stage, [{ repeat: 0, stage }], stage], stage];
    expect(seen).toEqual([...told("train"), ...told("measure"), ...told("ablate")]);
    for (const stage of ["train", "measure", "ablate"] as const) {
      const own = events.filter((event) => event.stage === stage);
      expect(own.at(-1)!.done, stage).toBe(own.at(-1)!.total);
      expect(own.every(({ done, total }) => done <= total)).toBe(true);
    }
  });

  test("finds each hidden layer's mean activations in the column of the table", () => {
    const means = meanActivations(neurons[0]!, networks[0]!.network);
    expect(means.map(({ length }) => length)).toEqual([7, 5]);
    expect(means.flatMap((values) => [...values])).toEqual([...neurons[0]!.meanActivation]);
  });
});

describe("a study of outputs at more than two levels", () => {
  const config = { bits: 3, repeats: 1, scopes: ["network"], modes: ["mean"], randomDraws: 0 } as const;

  test.each(["equal-width", "equal-frequency"] as const)(
    "trains and ablates the same networks, with %s",
    async (bins) => {
      const one = await study({ ...config, bins });
      expect(one.networks).toEqual(networks.slice(0, 1));
      const [table] = one.neurons;
      expect(table!.meanActivation).toEqual(neurons[0]!.meanActivation);
      const { levels, counts } = table!.levels!;
      expect(levels).toBe(8);
      for (let row = 0; row < 12; row++) {
        for (let label = 0; label < 3; label++) {
          // All but those in the lowest level, where the least output is.
          const ofClass = counts.subarray(row * 21, row * 21 + 21).filter((_, cell) => cell % 3 === label);
          expect(ofClass.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(20);
        }
      }
      // 60 samples with few ties, eighths of 7 or 8; 7.5 / 60 each would be 3 bits.
      if (bins === "equal-frequency") {
        for (const bits of table!.measures["entropy"]!.slice(0, 7)) expect(bits).toBeGreaterThan(2.9);
      }
      for (const { correct } of one.curves) expect(correct.at(0)).toBe(curves[0]!.correct[0]);
    },
  );

  test("is that of one bit where bits are 1", async () => {
    const one = await study({ ...config, bits: 1 });
    expect(one.neurons).toEqual(neurons.slice(0, 1));
  });
});

test("the summary of a data set gives the size of each part and leaves the bytes out", () => {
  expect(summarizeDataset(tinyDataset)).toEqual({
    name: "bands",
    train: 120,
    validation: 60,
    test: 60,
    features: 36,
    sampleShape: [6, 6],
    classes: 3,
    inputType: "bytes",
    validationPerClass: [20, 20, 20],
    testPerClass: [20, 20, 20],
    sha256: tinyDataset.sha256,
  });
});
