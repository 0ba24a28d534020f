/** A made-up study of any size: plausible numbers, consistent with each other, the same on every call. */

import {
  type AblationCurve,
  constantModes,
  type NeuronAddress,
  type RemovalOrder,
  type SingleRemovals,
} from "../../src/core/ablation.ts";
import type { Network } from "../../src/core/network.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import { RandomSequence, streams } from "../../src/core/random.ts";
import { networkScopes, type ScopeText } from "../../src/core/scope.ts";
import type { StudyConfig, StudyResults } from "../../src/core/study.ts";
import { StudyFigures } from "../../src/report/tables/study-figures.ts";
import type { TableContent } from "../../src/report/tables/summary-table.ts";

const CLASSES = 3;
const FEATURES = 4;
const SAMPLES = 2000;

type Draw = () => number;

function drawFrom(repeat: number, instance: number): Draw {
  const sequence = new RandomSequence(1, repeat, streams.initialisation, instance);
  return () => sequence.nextUnit();
}

export function madeUpNetwork(widths: readonly number[], repeat = 0): Network {
  const draw = drawFrom(repeat, 0);
  const floats = (length: number) => Float32Array.from({ length }, () => draw() - 0.5);
  const layers = widths.slice(1).map((outputs, index) => {
    const inputs = widths[index]!;
    return { inputs, outputs, weights: floats(inputs * outputs), biases: floats(outputs) };
  });
  return { activation: "sigmoid", layers };
}

function addresses(hidden: readonly number[]): NeuronAddress[] {
  return hidden.flatMap((width, index) => Array.from({ length: width }, (_, neuron) => ({ layer: index + 1, neuron })));
}

export function madeUpNeurons(hidden: readonly number[], repeat: number): NeuronTable {
  const draw = drawFrom(repeat, 1);
  const all = addresses(hidden);
  const rows = all.length;
  const onesPerClass = Uint32Array.from({ length: rows * CLASSES }, () => Math.floor(draw() * 600));
  const values = (most: number) => Float64Array.from({ length: rows }, () => most * Math.sqrt(draw()));
  return {
    repeat,
    rows,
    classes: CLASSES,
    layer: Uint32Array.from(all, ({ layer }) => layer),
    neuron: Uint32Array.from(all, ({ neuron }) => neuron),
    samples: SAMPLES,
    levels: { levels: 2, counts: onesPerClass },
    preferredClass: Uint32Array.from({ length: rows }, () => Math.floor(draw() * CLASSES)),
    meanActivation: Float32Array.from({ length: rows }, draw),
    measures: { entropy: values(1), mutual_information: values(0.8), kl_selectivity: values(2.5) },
  };
}

function madeUpOrders({ hidden, randomDraws }: StudyConfig, table: NeuronTable) {
  const { repeat, measures } = table;
  const all = addresses(hidden);
  const byValue = (neurons: readonly NeuronAddress[], values: Float64Array) => {
    const valueAt = ({ layer, neuron }: NeuronAddress) =>
      values[all.findIndex((one) => one.layer === layer && one.neuron === neuron)]!;
    return neurons.toSorted((a, b) => valueAt(a) - valueAt(b));
  };
  const scopes: ScopeText[] = [...hidden.map((_, index) => `layer${index + 1}` as const), ...networkScopes];
  return scopes.flatMap((scope): RemovalOrder[] => {
    const neurons = all.filter(({ layer }) => scope.startsWith("network") || scope === `layer${layer}`);
    const ofMeasures = Object.entries(measures).flatMap(([measure, values]): RemovalOrder[] => {
      const rising = byValue(neurons, values);
      return [
        { repeat, scope, measure, direction: "low", draw: 0, neurons: rising },
        { repeat, scope, measure, direction: "high", draw: 0, neurons: rising.toReversed() },
      ];
    });
    const random = Array.from({ length: randomDraws }, (_, draw): RemovalOrder => {
      const permutation = new RandomSequence(1, repeat, streams.randomOrder, draw).permutation(neurons.length);
      const shuffled = [...permutation].map((index) => neurons[index]!);
      return { repeat, scope, measure: "random", direction: "none", draw, neurons: shuffled };
    });
    return [...ofMeasures, ...random];
  });
}

function madeUpCurves(order: RemovalOrder, { modes, stride }: StudyConfig): AblationCurve[] {
  const total = order.neurons.length;
  const removed = Uint32Array.from({ length: Math.ceil(total / stride) + 1 }, (_, step) =>
    Math.min(step * stride, total),
  );
  const power = { low: 3, high: 1.2, none: 2 }[order.direction];
  return modes.map((mode) => ({
    order,
    mode,
    samples: SAMPLES,
    removed,
    correct: removed.map((count) =>
      Math.round(SAMPLES * (0.1 + 0.87 * (1 - (count / total) ** (mode === "mean" ? power : 1)))),
    ),
    loss: Float64Array.from(removed, (count) => 0.08 + 2.2 * (count / total) ** power),
  }));
}

function madeUpSingles({ hidden, modes }: StudyConfig, repeat: number): SingleRemovals[] {
  const constant = constantModes.filter((mode) => modes.includes(mode));
  return hidden.flatMap((width, index) =>
    constant.map((mode) => ({
      repeat,
      layer: index + 1,
      mode,
      samples: SAMPLES,
      correct: Uint32Array.from({ length: width }, (_, neuron) => SAMPLES - 60 - neuron),
      correctPerClass: Uint32Array.from({ length: width * CLASSES }, (_, at) =>
        at % CLASSES === 0 ? SAMPLES - 60 - Math.floor(at / CLASSES) - 2 * 640 : 640,
      ),
      loss: Float64Array.from({ length: width }, (_, neuron) => 0.1 + neuron / 7),
    })),
  );
}

export function madeUpStudy(options: Partial<StudyConfig> = {}): StudyResults {
  const config: StudyConfig = {
    data: "mnist",
    repeats: 2,
    seed: 0,
    hidden: [5, 4],
    activation: "sigmoid",
    epochs: 3,
    batchSize: 32,
    learningRate: 0.001,
    l2: 1e-5,
    measures: ["entropy", "mutual-information", "kl-selectivity"],
    scopes: ["layers", "network", "network-ranked"],
    modes: ["zero", "mean"],
    randomDraws: 2,
    stride: 1,
    sweep: "fast",
    ...options,
  };
  const repeats = Array.from({ length: config.repeats }, (_, repeat) => repeat);
  const trainLoss = Array.from({ length: config.epochs }, (_, epoch) => 1 / (epoch + 3));
  const neurons = repeats.map((repeat) => madeUpNeurons(config.hidden, repeat));
  const orders = neurons.flatMap((table) => madeUpOrders(config, table));
  const dataset = {
    name: "mnist",
    train: 6000,
    validation: SAMPLES,
    test: SAMPLES,
    features: FEATURES,
    sampleShape: [2, 2],
    classes: CLASSES,
    sha256: "0123456789abcdef".repeat(4),
  };
  const adapter = {
    vendor: "google",
    architecture: "swiftshader",
    device: "SwiftShader Device",
    description: "",
    software: true,
    backend: "vulkan",
  };
  return {
    config,
    dataset,
    provenance: {
      package: "0.1.0",
      node: "20.0.0",
      dawn: "0.6.2",
      adapter,
      started: "2025-01-31T23:59:59.999Z",
      elapsedMs: { data: 12.5, train: 34567.25, ablate: 1e5 },
    },
    repeats: repeats.map((repeat) => ({
      repeat,
      validationAccuracy: 0.966,
      testAccuracy: (1940 + repeat) / SAMPLES,
      testCorrect: 1940 + repeat,
      testLoss: 0.08,
      trainLoss,
    })),
    networks: repeats.map((repeat) => ({
      repeat,
      network: madeUpNetwork([FEATURES, ...config.hidden, CLASSES], repeat),
      trainLoss,
    })),
    neurons,
    orders,
    curves: orders.flatMap((order) => madeUpCurves(order, config)),
    singles: repeats.flatMap((repeat) => madeUpSingles(config, repeat)),
  };
}

/** What the table at the end of a run is made from. */
export function tableContent(results: StudyResults): TableContent {
  const figures = new StudyFigures();
  const { neurons, curves } = results;
  for (const repeat of new Set([...neurons.map((table) => table.repeat), ...curves.map(({ order }) => order.repeat)])) {
    figures.add(
      neurons.find((table) => table.repeat === repeat),
      curves.filter(({ order }) => order.repeat === repeat),
    );
  }
  return { ...results, figures };
}

/** All chunks as one text. */
export function textOf(chunks: Iterable<string | Uint8Array>): string {
  return [...chunks].join("");
}

/** `text` with line `line` (from 1) changed. */
export function withLine(text: string, line: number, change: (line: string) => string): string {
  return text
    .split("\n")
    .map((old, index) => (index === line - 1 ? change(old) : old))
    .join("\n");
}

/** The same single removals, of these neurons of their layer alone. */
export function someAlone(
  { correct, loss, correctPerClass, ...table }: SingleRemovals,
  of: readonly number[],
): SingleRemovals {
  const neurons = Uint32Array.from(of);
  const classes = correctPerClass!.length / correct.length;
  const perClass = of.flatMap((neuron) => [...correctPerClass!.subarray(neuron * classes, (neuron + 1) * classes)]);
  return {
    ...table,
    neurons,
    correct: neurons.map((neuron) => correct[neuron]!),
    loss: Float64Array.from(of, (neuron) => loss[neuron]!),
    correctPerClass: Uint32Array.from(perClass),
  };
}
