/** The table of neurons: each row's counts and values belong to the same neuron. */
import { describe, expect, test } from "vitest";
import type { Network } from "../../src/core/network.ts";
import type { NetworkCounts } from "../../src/core/neuron-counts.ts";
import { preferredClass } from "../../src/measures/kl-selectivity.ts";
import type { Measure, NeuronEvidence } from "../../src/measures/measure.ts";
import { neuronTable } from "../../src/measures/neuron-table.ts";
import { measures } from "../../src/measures/registry.ts";
import { evidenceOf } from "../support/evidence.ts";

const network: Network = { activation: "relu", layers: [] };
const samplesPerClass = [4, 6, 10];
/** [neurons, classes] of two hidden layers. */
const onesPerClass = [
  [
    [1, 2, 3],
    [4, 0, 0],
    [0, 0, 0],
  ],
  [
    [4, 6, 10],
    [0, 6, 1],
  ],
];

const counts: NetworkCounts = {
  repeat: 3,
  classes: 3,
  samplesPerClass: Uint32Array.from(samplesPerClass),
  layers: onesPerClass.map((neurons, layer) => ({
    neurons: neurons.length,
    onesPerClass: Uint32Array.from(neurons.flat()),
    meanActivation: Float32Array.from(neurons, (_, neuron) => layer + neuron / 8),
  })),
};

const table = neuronTable(counts, network, measures);
const rows = onesPerClass.flat();

describe("the table of neurons", () => {
  test("has one row per hidden neuron, layers from 1 and neurons from 0", () => {
    expect(table.rows).toBe(5);
    expect([...table.layer]).toEqual([1, 1, 1, 2, 2]);
    expect([...table.neuron]).toEqual([0, 1, 2, 0, 1]);
    expect({ repeat: table.repeat, classes: table.classes, samples: table.samples }).toEqual({
      ...{ repeat: 3, classes: 3, samples: 20 },
    });
  });

  test("keeps the counts as they came, and their sum as ones", () => {
    expect([...table.onesPerClass]).toEqual(rows.flat());
    expect([...table.ones]).toEqual([6, 4, 0, 20, 7]);
  });

  test("keeps the mean activations, row by row", () => {
    expect([...table.meanActivation]).toEqual([0, 0.125, 0.25, 1, 1.125]);
  });

  test("has a column for every measure that is asked for, each value from its own row's counts", () => {
    expect(Object.keys(table.measures)).toEqual(measures.map(({ id }) => id));
    for (const { id, evaluate } of measures) {
      expect([...table.measures[id]!], id).toEqual(rows.map((ones) => evaluate(evidenceOf(ones, samplesPerClass))));
    }
  });

  test("names each row's preferred class", () => {
    expect([...table.preferredClass]).toEqual(rows.map((ones) => preferredClass(evidenceOf(ones, samplesPerClass))));
    expect(table.preferredClass[1]).toBe(0);
    expect(table.preferredClass[4]).toBe(1);
  });

  test("tells a measure where its neuron is", () => {
    const seen: string[] = [];
    const evaluate = (evidence: NeuronEvidence) => {
      const { layer, neuron, meanActivation } = evidence;
      seen.push(`${layer}/${neuron} ${meanActivation} ${evidence.network === network}`);
      return 0;
    };
    const spy: Measure = { name: "spy", id: "spy", title: "Spy", meaning: "nothing", evaluate };
    expect(Object.keys(neuronTable(counts, network, [spy]).measures)).toEqual(["spy"]);
    expect(seen).toEqual(["1/0 0 true", "1/1 0.125 true", "1/2 0.25 true", "2/0 1 true", "2/1 1.125 true"]);
  });
});
