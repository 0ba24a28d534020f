/**
 * Every registered measure of tiny networks, from weights and samples to values, against the exact ones of the conformance sets:
 * of float64 evidence, and of what a device gathers. A further measure needs no further test here.
 */
import { describe, expect, test } from "vitest";
import { replacementModes } from "../../src/core/ablation.ts";
import { measureNetwork } from "../../src/measure-networks.ts";
import type { Measure } from "../../src/measures/measure.ts";
import { measures } from "../../src/measures/registry.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import type { EvidenceSource } from "../../src/reference/evidence.ts";
import { layerEvidence } from "../../src/reference/evidence.ts";
import { layerOutputs } from "../../src/reference/layers.ts";
import { forwardNetwork } from "../../src/reference/network.ts";
import { replacements } from "../../src/reference/removals.ts";
import { crossEntropy } from "../../src/reference/sweep.ts";
import { conformanceSets, networkOf, splitOf, valuesById } from "../support/conformance.ts";
import { testGpu } from "../support/gpu.ts";
import { perturbedBounds } from "../support/perturbed-bounds.ts";

const gpu = await testGpu();

/** In games of the whole network; the sets hold the values of layers' games. */
const isOfNetwork = (id: string) => id.startsWith("shapley_network");

/** [layers][units] values of each measure, in the order of the registry. */
function referenceValues(source: EvidenceSource): Float64Array[][] {
  const layers = layerEvidence(source);
  return measures.map((measure: Measure) => layers.map((evidence) => measure.evaluate(evidence)));
}

const flat = (layers: readonly ArrayLike<number>[]) => layers.flatMap((values) => Array.from(values));

/** Rows are short here: eight roundings each are enough for all that is done. */
const ROUNDINGS = 8;

/**
 * [measures][rows]: how far a device may be off.
 * @param loss of the network: some measures are differences of cross-entropies, which are off by roundings of their size
 */
function deviceBounds(source: EvidenceSource, loss: number): number[][] {
  const exact = referenceValues(source).map(flat);
  const scales = exact.flatMap((values, index) => {
    const scale = Math.max(...values.map(Math.abs), measures[index]!.unit === "nat" ? loss : 0);
    return values.map(() => scale);
  });
  const bounds = perturbedBounds(source, (other) => referenceValues(other).flatMap(flat), scales, ROUNDINGS);
  const rows = exact[0]!.length;
  return exact.map((_, index) => bounds.slice(index * rows, (index + 1) * rows));
}

describe.each(conformanceSets)("$name", (set) => {
  const network = networkOf(set);
  const { inputs, labels, count } = splitOf(set);
  const source = { network, inputs, labels };
  const wanted = valuesById(set);

  test("has these values of every registered measure in float64", () => {
    for (const [index, layers] of referenceValues(source).entries()) {
      const { id } = measures[index]!;
      if (isOfNetwork(id)) continue;
      expect(
        layers.map(({ length }) => length),
        id,
      ).toEqual(wanted.get(id)?.map(({ length }) => length));
      for (const [row, value] of flat(wanted.get(id)!).entries()) {
        expect(Math.abs(flat(layers)[row]! - value), `${id}, row ${row}`).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(value)),
        );
      }
    }
  });

  test("has values of the network's game that sum to the loss without all hidden neurons, less that of the network", () => {
    const outputs = forwardNetwork(network, inputs);
    for (const mode of replacementModes) {
      const id = `shapley_network_${mode}`;
      const layers = referenceValues(source)[measures.findIndex((measure) => measure.id === id)]!;
      // Whatever the inputs, the logits are what constants in the last hidden layer make of them.
      const constants = replacements(outputs.at(-2)!, layers.at(-1)!.length, mode);
      const logits = layerOutputs(constants, network.layers.at(-1)!, "identity");
      const losses = Array.from(labels, (label) => crossEntropy([...logits], label));
      const without = losses.reduce((sum, loss) => sum + loss, 0) / count;
      const total = flat(layers).reduce((sum, value) => sum + value, 0);
      expect(total).toBeCloseTo(without - set.loss, 9);
      if (layers.length > 1) continue;
      for (const [row, value] of flat(wanted.get(`shapley_${mode}`)!).entries()) {
        expect(layers[0]![row]).toBeCloseTo(value, 9);
      }
    }
  });

  test("has them on the device within the rounding of float32, and these counts and means", async () => {
    const { inputs: features } = network.layers[0]!;
    const classes = network.layers.at(-1)!.outputs;
    using split = uploadSplit(gpu, "validation", { count, inputs, labels }, features, classes);
    const { table, meanActivations } = await measureNetwork(gpu, { repeat: 0, network }, split, { measures });
    expect([...table.levels!.counts]).toEqual(set.layers.flatMap(({ onesPerClass }) => onesPerClass.flat()));
    const bounds = deviceBounds(source, set.loss);
    const exact = referenceValues(source);
    for (const [index, { id }] of measures.entries()) {
      for (const [row, value] of flat(wanted.get(id) ?? exact[index]!).entries()) {
        const off = Math.abs(table.measures[id]![row]! - value);
        // 0 where nothing is sampled.
        const sampling = 5 * (table.standardErrors?.[id]?.[row] ?? 0);
        expect(off, `${id}, row ${row} of value ${value}`).toBeLessThanOrEqual(bounds[index]![row]! + sampling);
      }
    }
    for (const [layer, { meanActivation }] of set.layers.entries()) {
      for (const [unit, mean] of meanActivation.entries()) {
        const bound = 1e-6 * Math.max(1, Math.abs(mean));
        expect(Math.abs(meanActivations[layer]![unit]! - mean)).toBeLessThan(bound);
      }
    }
  });
});
