/**
 * Every registered measure of tiny networks, from weights and samples to values, against the exact ones of the conformance sets:
 * of float64 evidence, and of what a device gathers. A further measure needs no further test here.
 */
import { describe, expect, test } from "vitest";
import { measureNetwork } from "../../src/measure-networks.ts";
import type { Measure } from "../../src/measures/measure.ts";
import { measures } from "../../src/measures/registry.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import type { EvidenceSource } from "../../src/reference/evidence.ts";
import { layerEvidence } from "../../src/reference/evidence.ts";
import { conformanceSets, networkOf, splitOf, valuesById } from "../support/conformance.ts";
import { testGpu } from "../support/gpu.ts";
import { perturbedBounds } from "../support/perturbed-bounds.ts";

const gpu = await testGpu();

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

  test("has them on the device within the rounding of float32, and these counts and means", async () => {
    const { inputs: features } = network.layers[0]!;
    const classes = network.layers.at(-1)!.outputs;
    using split = uploadSplit(gpu, "validation", { count, inputs, labels }, features, classes);
    const { table, meanActivations } = await measureNetwork(gpu, { repeat: 0, network }, split, { measures });
    expect([...table.levels!.counts]).toEqual(set.layers.flatMap(({ onesPerClass }) => onesPerClass.flat()));
    const bounds = deviceBounds(source, set.loss);
    for (const [index, { id }] of measures.entries()) {
      for (const [row, value] of flat(wanted.get(id)!).entries()) {
        const off = Math.abs(table.measures[id]![row]! - value);
        expect(off, `${id}, row ${row} of value ${value}`).toBeLessThanOrEqual(bounds[index]![row]!);
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
