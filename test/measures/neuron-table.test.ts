/** The table of neurons: each row's counts and values belong to the same neuron. */
import { describe, expect, test } from "vitest";
import type { GatheredNetwork, LayerEvidence } from "../../src/core/evidence.ts";
import type { Network } from "../../src/core/network.ts";
import { onesOf } from "../../src/core/neuron-table.ts";
import { preferredClass } from "../../src/measures/kl-selectivity.ts";
import { measuresNamed } from "../../src/measures/measure-choice.ts";
import { neuronTable } from "../../src/measures/neuron-table.ts";
import { paperMeasures } from "../../src/measures/paper-measures.ts";
import { evidenceOf, measured } from "../support/evidence.ts";

const dense = (inputs: number, outputs: number) => {
  return { inputs, outputs, weights: new Float32Array(inputs * outputs), biases: new Float32Array(outputs) };
};
const network: Network = { activation: "relu", layers: [dense(4, 3), dense(3, 2), dense(2, 3)] };
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

const counts: GatheredNetwork = {
  repeat: 3,
  classes: 3,
  samplesPerClass: Uint32Array.from(samplesPerClass),
  layers: onesPerClass.map((neurons, layer) => ({
    units: neurons.length,
    levels: { levels: 2, counts: Uint32Array.from(neurons.flat()) },
    meanActivation: Float32Array.from(neurons, (_, neuron) => layer + neuron / 8),
  })),
};

const table = neuronTable(counts, network, paperMeasures);
const rows = onesPerClass.flat();

describe("the table of neurons", () => {
  test("has one row per hidden neuron, layers from 1 and neurons from 0", () => {
    expect(table.rows).toBe(5);
    expect([...table.layer]).toEqual([1, 1, 1, 2, 2]);
    expect([...table.neuron]).toEqual([0, 1, 2, 0, 1]);
    expect({ repeat: table.repeat, classes: table.classes, samples: table.samples }).toEqual({
      repeat: 3,
      classes: 3,
      samples: 20,
    });
  });

  test("keeps the counts as they came, and their sum as ones", () => {
    expect(table.levels).toEqual({ levels: 2, counts: Uint32Array.from(rows.flat()) });
    expect(rows.map((_, row) => onesOf(table, row))).toEqual([6, 4, 0, 20, 7]);
  });

  test("keeps the mean activations, row by row", () => {
    expect([...table.meanActivation]).toEqual([0, 0.125, 0.25, 1, 1.125]);
  });

  test("has a column for every measure that is asked for, each value from its own row's counts", () => {
    expect(Object.keys(table.measures)).toEqual(paperMeasures.map(({ id }) => id));
    for (const measure of paperMeasures) {
      const own = rows.map((ones) => measured(measure, evidenceOf(ones, samplesPerClass)));
      expect([...table.measures[measure.id]!], measure.id).toEqual(own);
    }
  });

  test("names each row's preferred class", () => {
    expect([...table.preferredClass]).toEqual(rows.map((ones) => preferredClass(evidenceOf(ones, samplesPerClass))));
    expect(table.preferredClass[1]).toBe(0);
    expect(table.preferredClass[4]).toBe(1);
  });

  test("gives a measure whole layers, with the weights into and out of them", () => {
    const seen: string[] = [];
    const evaluate = ({ layer, units, samples, meanActivation, weights }: LayerEvidence) => {
      const [into, out] = [weights.incoming, weights.outgoing].map((one) => network.layers.indexOf(one));
      seen.push(`${layer}: ${units} of ${samples}, ${meanActivation.join(" ")}, ${into} to ${out}`);
      return new Float64Array(units).fill(layer);
    };
    const spy = {
      name: "spy",
      id: "spy",
      title: "Spy",
      meaning: "nothing",
      unit: "none",
      needs: [],
      traits: {},
    } as const;
    const { measures } = neuronTable(counts, network, [{ ...spy, evaluate }]);
    expect(seen).toEqual(["1: 3 of 20, 0 0.125 0.25, 0 to 1", "2: 2 of 20, 1 1.125, 1 to 2"]);
    expect(measures).toEqual({ spy: Float64Array.of(1, 1, 1, 2, 2) });
  });

  test("refuses a value that is not finite, and names its neuron", () => {
    const evaluate = ({ layer, units }: LayerEvidence) => new Float64Array(units).fill(layer === 2 ? Number.NaN : 1);
    const odd = { ...paperMeasures[0]!, name: "odd", id: "odd", evaluate };
    expect(() => neuronTable(counts, network, [odd])).toThrow("odd is not finite");
  });

  test("of edges between levels keeps those of all layers", () => {
    const layers = counts.layers.map((layer, index) => {
      const edges = Float32Array.from({ length: layer.units }, (_, unit) => index + unit / 4);
      return { ...layer, levels: { ...layer.levels, edges } };
    });
    expect(neuronTable({ ...counts, layers }, network, []).levels!.edges).toEqual(
      Float32Array.of(0, 0.25, 0.5, 1, 1.25),
    );
  });

  test("has standard errors of measures that have them, and of no others", () => {
    expect(table.standardErrors).toBeUndefined();
    const shapley = (value: number, units: number) => ({
      values: new Float64Array(units).fill(value),
      standardErrors: Float64Array.from({ length: units }, (_, unit) => value + unit / 8),
      draws: 4,
    });
    const sampledLayers = counts.layers.map((layer, index) => ({
      ...layer,
      meanShapley: shapley(index + 1, layer.units),
    }));
    const [mean] = measuresNamed(["shapley-mean"]);
    const sampled = neuronTable({ ...counts, layers: sampledLayers }, network, [...paperMeasures, mean!]);
    expect(sampled.measures["shapley_mean"]).toEqual(Float64Array.of(1, 1, 1, 2, 2));
    expect(sampled.standardErrors).toEqual({ shapley_mean: Float64Array.of(1, 1.125, 1.25, 2, 2.125) });
    const broken = { ...shapley(1, 3), standardErrors: Float64Array.of(0, Number.NaN, 0) };
    const layers = [{ ...sampledLayers[0]!, meanShapley: broken }, sampledLayers[1]!];
    expect(() => neuronTable({ ...counts, layers }, network, [mean!])).toThrow(
      /layer 1, neuron 1: shapley-mean is not finite/,
    );
  });
});
