/**
 * Measures of tiny networks, from weights and samples to values, against exact float64 values that were computed elsewhere. All
 * weights and samples are exact in float32.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Activation } from "../../src/core/activation.ts";
import type { Network } from "../../src/core/network.ts";
import { measureNetwork } from "../../src/measure-networks.ts";
import { measures } from "../../src/measures/registry.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { testGpu } from "../support/gpu.ts";

interface ConformanceSet {
  readonly activation: Activation;
  readonly weights: readonly (readonly (readonly number[])[])[];
  readonly biases: readonly (readonly number[])[];
  readonly samples: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly layers: readonly {
    readonly onesPerClass: readonly (readonly number[])[];
    readonly meanActivation: readonly number[];
    readonly values: Readonly<Record<string, readonly number[]>>;
  }[];
}

const gpu = await testGpu();
const folder = new URL("conformance/", import.meta.url);
const sets = readdirSync(folder).sort();

function networkOf({ activation, weights, biases }: ConformanceSet): Network {
  const layers = weights.map((rows, layer) => ({
    ...{ inputs: rows[0]!.length, outputs: rows.length },
    ...{ weights: Float32Array.from(rows.flat()), biases: Float32Array.from(biases[layer]!) },
  }));
  return { activation, layers };
}

/** Float32 outputs of layers of at most 6 inputs, two activations deep: a few roundings of numbers of this size. */
const TOLERANCE = 1e-6;

describe.each(sets)("%s", (file) => {
  const set: ConformanceSet = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const network = networkOf(set);
  const classes = network.layers.at(-1)!.outputs;
  const inputs = Float32Array.from(set.samples.flat());
  const host = { count: set.labels.length, inputs, labels: Uint16Array.from(set.labels) };

  test("has these values of every registered measure, and these counts and means", async () => {
    using split = uploadSplit(gpu, "validation", host, network.layers[0]!.inputs, classes);
    const { table, meanActivations } = await measureNetwork(gpu, { repeat: 0, network }, split, { measures });
    expect([...table.levels!.counts]).toEqual(set.layers.flatMap(({ onesPerClass }) => onesPerClass.flat()));
    for (const { id } of measures) {
      const want = set.layers.flatMap(({ values }) => values[id] ?? [Number.NaN]);
      expect(table.measures[id], id).toHaveLength(want.length);
      const scale = Math.max(1, ...want.map(Math.abs));
      for (const [row, value] of want.entries()) {
        expect(Math.abs(table.measures[id]![row]! - value), `${id}, row ${row}`).toBeLessThan(TOLERANCE * scale);
      }
    }
    for (const [layer, { meanActivation }] of set.layers.entries()) {
      for (const [unit, mean] of meanActivation.entries()) {
        expect(Math.abs(meanActivations[layer]![unit]! - mean)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(mean)));
      }
    }
  });
});
