/**
 * A study that nobody trained, for tests of the page alone: counts are drawn, measures follow from them, and the outcome
 * of a removal is a formula that the test can repeat.
 */

import { removalOrders, removalSteps } from "../../../src/ablation/orders.ts";
import { rankingsOf } from "../../../src/ablation/rankings.ts";
import {
  type AblationCurve,
  type AblationMode,
  type NeuronAddress,
  type RemovalOrder,
  replacementModes,
  type SingleRemovals,
} from "../../../src/core/ablation.ts";
import type { LevelCounts } from "../../../src/core/evidence.ts";
import type { Network } from "../../../src/core/network.ts";
import type { NeuronTable } from "../../../src/core/neuron-table.ts";
import { RandomSequence, streams } from "../../../src/core/random.ts";
import { scopeKinds, scopesOf } from "../../../src/core/scope.ts";
import type { DatasetSummary, RepeatSummary } from "../../../src/core/study.ts";
import { neuronTable } from "../../../src/measures/neuron-table.ts";
import { paperMeasures } from "../../../src/measures/paper-measures.ts";
import type { Classified, Evaluation, ExtremeSamples, LabRequest, LabSettings } from "../../../web/engine/protocol.ts";

const SIDE = 28;
const CLASSES = 10;
const TEST_SAMPLES = 2000;
const INTACT_CORRECT = 1900;

export const madeUpDataset: DatasetSummary = {
  name: "mnist",
  train: 6000,
  validation: 2000,
  test: TEST_SAMPLES,
  features: SIDE * SIDE,
  sampleShape: [SIDE, SIDE],
  classes: CLASSES,
  validationPerClass: Array.from({ length: CLASSES }, () => 200),
  testPerClass: Array.from({ length: CLASSES }, () => 200),
  sha256: "0".repeat(64),
};

/** [validation samples]: 0 to 9 in turn. */
export const madeUpLabels = Uint16Array.from({ length: 2000 }, (_, sample) => sample % CLASSES);

/** A draw in 0..1 that belongs to (repeat, layer, neuron, place). */
function draws(repeat: number, layer: number, neuron: number): () => number {
  const sequence = new RandomSequence(1, repeat, streams.split, layer * 0x10000 + neuron);
  return () => sequence.nextUnit();
}

function onesOf(repeat: number, layer: number, neuron: number): number[] {
  const draw = draws(repeat, layer, neuron);
  const sharpness = 0.5 + 3 * draw();
  return Array.from({ length: CLASSES }, () => Math.round(200 * draw() ** sharpness));
}

/** [levels, classes]: 200 samples a class around a middle that is drawn, as wide as is drawn. */
function levelCountsOf(repeat: number, layer: number, neuron: number, levels: number): number[] {
  const draw = draws(repeat, layer, neuron);
  const counts = new Array<number>(levels * CLASSES).fill(0);
  const width = 0.1 + 0.5 * draw();
  for (let label = 0; label < CLASSES; label++) {
    const middle = draw();
    for (let sample = 0; sample < 200; sample++) {
      const output = Math.min(0.999, Math.max(0, middle + width * (draw() + draw() - 1)));
      counts[Math.floor(output * levels) * CLASSES + label]!++;
    }
  }
  return counts;
}

function levelsOfLayer(repeat: number, layer: number, neurons: number, levels: number): LevelCounts {
  const places = Array.from({ length: neurons }, (_, neuron) => neuron);
  return {
    levels,
    edges: Float32Array.from(places.flatMap(() => Array.from({ length: levels - 1 }, (_, k) => (k + 1) / levels))),
    counts: Uint32Array.from(places.flatMap((neuron) => levelCountsOf(repeat, layer, neuron, levels).slice(CLASSES))),
  };
}

const noLayers: Network = { activation: "sigmoid", layers: [] };

export function madeUpTable(repeat: number, hidden: readonly number[], bits = 1): NeuronTable {
  const layers = hidden.map((neurons, index) => ({
    units: neurons,
    meanActivation: Float32Array.from({ length: neurons }, () => 0.5),
    levels:
      bits > 1
        ? levelsOfLayer(repeat, index + 1, neurons, 2 ** bits)
        : {
            levels: 2,
            counts: Uint32Array.from(
              Array.from({ length: neurons }, (_, neuron) => onesOf(repeat, index + 1, neuron)).flat(),
            ),
          },
  }));
  const samplesPerClass = Uint32Array.from({ length: CLASSES }, () => 200);
  return neuronTable({ repeat, classes: CLASSES, samplesPerClass, layers }, noLayers, paperMeasures);
}

/** Test samples that a neuron's removal costs: more by zero than by its mean. */
export function costOf({ layer, neuron }: NeuronAddress, mode: AblationMode): number {
  return (1 + ((layer * 7 + neuron * 13) % 17)) * (mode === "zero" ? 2 : 1);
}

/** Test samples classified correctly without some neurons. */
export function correctWithout(removed: readonly NeuronAddress[], mode: AblationMode): number {
  const cost = removed.reduce((sum, address) => sum + costOf(address, mode), 0);
  return Math.max(TEST_SAMPLES / CLASSES, INTACT_CORRECT - cost);
}

/** Shared out evenly, the rest to the first classes. */
function perClass(correct: number): Uint32Array {
  return Uint32Array.from({ length: CLASSES }, (_, label) => Math.floor((correct + CLASSES - 1 - label) / CLASSES));
}

export function madeUpEvaluation(asked: Pick<Evaluation, "sequence" | "repeat" | "removed" | "mode">): Evaluation {
  const correct = correctWithout(asked.removed, asked.mode);
  return { ...asked, samples: TEST_SAMPLES, correct, correctPerClass: perClass(correct), loss: 0.2, elapsedMs: 3 };
}

function singlesOf(repeat: number, hidden: readonly number[]): SingleRemovals[] {
  return replacementModes.flatMap((mode) =>
    hidden.map((neurons, index) => {
      const counts = Array.from({ length: neurons }, (_, neuron) =>
        correctWithout([{ layer: index + 1, neuron }], mode),
      );
      return {
        repeat,
        layer: index + 1,
        mode,
        samples: TEST_SAMPLES,
        correct: Uint32Array.from(counts),
        loss: Float64Array.from(counts, () => 0.2),
        correctPerClass: Uint32Array.from(counts.flatMap((count) => [...perClass(count)])),
      };
    }),
  );
}

export function curveOf(order: RemovalOrder, mode: AblationMode): AblationCurve {
  const removed = removalSteps(order.neurons.length, 1);
  const correct = Uint32Array.from(removed, (count) => correctWithout(order.neurons.slice(0, count), mode));
  return { order, mode, samples: TEST_SAMPLES, removed, correct, loss: Float64Array.from(removed, () => 0.2) };
}

export interface MadeUpStudy {
  readonly repeats: readonly RepeatSummary[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly singles: readonly SingleRemovals[];
}

export function madeUpStudy({ hidden, repeats, seed, epochs, bits }: LabSettings): MadeUpStudy {
  const numbers = Array.from({ length: repeats }, (_, repeat) => repeat);
  const neurons = numbers.map((repeat) => madeUpTable(repeat, hidden, bits));
  const scopes = scopesOf(hidden.length, scopeKinds);
  return {
    repeats: numbers.map((repeat) => ({
      repeat,
      validationAccuracy: 0.95,
      testLoss: 0.2,
      testCorrect: INTACT_CORRECT,
      testAccuracy: INTACT_CORRECT / TEST_SAMPLES,
      testCorrectPerClass: [...perClass(INTACT_CORRECT)],
      trainLoss: Array.from({ length: epochs }, (_, epoch) => 1 / (epoch + 1)),
    })),
    neurons,
    orders: neurons.flatMap((table) =>
      removalOrders(table, { scopes, rankings: rankingsOf(Object.keys(table.measures), 2), seed }),
    ),
    singles: numbers.flatMap((repeat) => singlesOf(repeat, hidden)),
  };
}

/** [neurons, features]: stripes whose slope depends on the neuron. */
export function stripes(neurons: number): Float32Array {
  return Float32Array.from({ length: neurons * SIDE * SIDE }, (_, index) => {
    const neuron = Math.floor(index / (SIDE * SIDE));
    const [row, column] = [Math.floor(index / SIDE) % SIDE, index % SIDE];
    return Math.sin((row * Math.cos(neuron) + column * Math.sin(neuron)) / 2);
  });
}

export function madeUpExtremes(count: number, most: boolean): ExtremeSamples {
  const labels = Uint16Array.from({ length: count }, (_, place) => (most ? place % 3 : 9 - (place % 3)));
  return {
    samples: Uint32Array.from(labels.keys()),
    activations: Float32Array.from(labels, (_, place) => (most ? 0.9 - 0.01 * place : 0.01 * place)),
    labels,
    pixels: Uint8Array.from({ length: count * SIDE * SIDE }, (_, index) =>
      index % (SIDE + labels[0]!) < 6 ? 230 : 20,
    ),
  };
}

/** A sample that is taken for its class until neurons are out, then for a 5; what is drawn is taken for a 3. */
export function madeUpClassified(
  { sequence, repeat, choice, removed }: Extract<LabRequest, { type: "classify" }>,
  hidden: readonly number[],
): Classified {
  const scores = (winner: number) =>
    Float64Array.from({ length: CLASSES }, (_, label) => (label === winner ? 0.91 : 0.01));
  const label = "sample" in choice ? madeUpLabels[choice.sample]! : 3;
  const winner = removed.length === 0 ? label : 5;
  const neurons = hidden.reduce((sum, width) => sum + width, 0);
  const [less, more] = [hidden[0]! + 4, 8];
  return {
    sequence,
    repeat,
    winner,
    removed: removed.length,
    ...("sample" in choice ? { sample: choice.sample, label } : {}),
    pixels: "drawn" in choice ? choice.drawn : madeUpExtremes(1, false).pixels,
    before: scores(label),
    after: scores(winner),
    activations: Float64Array.from({ length: neurons }, (_, row) => (row % 7) / 7),
    carried: Float64Array.from({ length: neurons }, (_, row) => (row === more ? 2.5 : row === less ? -3.25 : 0)),
    carriedFrom: 1,
  };
}
