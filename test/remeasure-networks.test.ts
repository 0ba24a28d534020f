/** Orders by measures that are computed anew, against the orders of columns, greedy searches and the definition in float64. */
import { describe, expect, test } from "vitest";
import { removalOrders } from "../src/ablation/orders.ts";
import { rankingsOf } from "../src/ablation/rankings.ts";
import { findSequences } from "../src/ablation/sequences/registry.ts";
import { replacementModes } from "../src/core/ablation.ts";
import type { Split } from "../src/core/dataset.ts";
import type { LayerEvidence } from "../src/core/evidence.ts";
import { hiddenUnits } from "../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../src/core/network.ts";
import type { ScopeKind, ScopeText } from "../src/core/scope.ts";
import { sequences } from "../src/core/sequences.ts";
import { measureNetwork } from "../src/measure-networks.ts";
import type { Measure } from "../src/measures/measure.ts";
import { measures } from "../src/measures/registry.ts";
import { type Remeasured, remeasuredAsked } from "../src/measures/remeasured.ts";
import { type DevicePages, uploadSplit } from "../src/passes/device-split.ts";
import { layerEvidence } from "../src/reference/evidence.ts";
import { leftNetwork } from "../src/reference/left-network.ts";
import { type RemeasuredNetwork, remeasuredSequences } from "../src/remeasure-networks.ts";
import { conformanceSets, networkOf, splitOf } from "./support/conformance.ts";
import { testGpu } from "./support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "./support/networks.ts";

const gpu = await testGpu();
const scopes: ScopeKind[] = ["layers", "network"];
/** But for those that take long, or are sampled. */
const compared = measures.filter(({ name }) => name !== "conductance" && !name.startsWith("shapley-network"));

const askedBy = (asked: readonly Measure[]): Remeasured[] =>
  remeasuredAsked({ measures: asked.map(({ name }) => name), modes: replacementModes, remeasure: 1 });

const upload = (split: Split, network: Network) => {
  const shape = networkShape(network);
  return uploadSplit(gpu, "validation", split, shape[0]!.inputs, shape.at(-1)!.units);
};

async function measured(network: Network, samples: DevicePages, repeat = 0, asked: readonly Measure[] = []) {
  return measureNetwork(gpu, { repeat, network }, samples, { measures: asked });
}

async function found(networks: readonly RemeasuredNetwork[], samples: DevicePages, request: object) {
  return remeasuredSequences(gpu, networks, samples, { every: 1, scopes, together: 3, remeasured: [], ...request });
}

describe.each(conformanceSets)("remeasured orders of $name", (set) => {
  const network = networkOf(set);
  const split = splitOf(set);
  const units = hiddenUnits(networkShape(network));
  const firsts = units.map((_, layer) => units.slice(0, layer).reduce((sum, own) => sum + own, 0));

  test("are the low orders of their measures where all neurons go at once", async () => {
    using samples = upload(split, network);
    const { table, meanActivations } = await measured(network, samples, 0, measures);
    const remeasured = askedBy(measures);
    const every = table.rows;
    const [own] = await found([{ repeat: 0, network, meanActivations }], samples, { remeasured, every });
    const names: ScopeText[] = [...units.map((_, layer): ScopeText => `layer${layer + 1}`), "network"];
    const rankings = rankingsOf(
      measures.map(({ id }) => id),
      0,
    );
    const low = removalOrders(table, { scopes: names, rankings, seed: 0 }).filter(
      ({ direction }) => direction === "low",
    );
    expect(Object.keys(own!)).toEqual(remeasured.map(({ id }) => id));
    for (const { id, measure } of remeasured) {
      for (const scope of names) {
        const want = low.find((order) => order.measure === measure.id && order.scope === scope)!;
        const rows = want.neurons.map(({ layer, neuron }) => firsts[layer - 1]! + neuron);
        expect([...own![id]![scope]!], `${id}, ${scope}`).toEqual(rows);
      }
    }
  });

  test("take at every removal what has the least value in the network that is left, up to rounding", async () => {
    using samples = upload(split, network);
    const { meanActivations } = await measured(network, samples);
    const remeasured = askedBy(compared);
    const [own] = await found([{ repeat: 0, network, meanActivations }], samples, { remeasured });
    const constants = { zero: units.map((count) => new Float32Array(count)), mean: meanActivations };
    const evidence = new Map<string, LayerEvidence[]>();
    let turned = 0;
    for (const { id, mode, measure } of remeasured) {
      for (const [scope, rows] of Object.entries(own![id]!) as [ScopeText, Uint32Array][]) {
        const layers = scope === "network" ? [...units.keys()] : [Number(scope.slice(5)) - 1];
        const removed = units.map(() => new Set<number>());
        let first: readonly number[] | undefined;
        for (const row of rows) {
          const key = JSON.stringify([mode, ...removed.map((gone) => [...gone].sort())]);
          if (!evidence.has(key)) {
            const left = leftNetwork(network, removed, constants[mode]);
            evidence.set(key, layerEvidence({ network: left, inputs: split.inputs, labels: split.labels }));
          }
          const values = evidence.get(key)!.map((own) => measure.evaluate(own));
          const candidates = layers.flatMap((layer) => {
            const kept = Array.from({ length: units[layer]! }, (_, unit) => unit).filter(
              (u) => !removed[layer]!.has(u),
            );
            return kept.map((unit, at) => ({ row: firsts[layer]! + unit, value: values[layer]![at]! }));
          });
          first ??= candidates.toSorted((a, b) => a.value - b.value).map((one) => one.row);
          const least = Math.min(...candidates.map(({ value }) => value));
          const scale = Math.max(1e-3, ...candidates.map(({ value }) => Math.abs(value)));
          const chosen = candidates.find((one) => one.row === row);
          // Float32 in rows of at most six and a softmax; squares and roots of it.
          expect(chosen!.value - least, `${id}, ${scope}, removal ${row}`).toBeLessThanOrEqual(2e-5 * scale);
          const layer = firsts.findLastIndex((from) => from <= row);
          removed[layer]!.add(row - firsts[layer]!);
        }
        if (first!.join() !== rows.join()) turned++;
      }
    }
    expect(turned, "orders that differ from those of the intact network").toBeGreaterThan(0);
  }, 120_000);
});

describe("orders by single removals, remeasured at every step", () => {
  const random = testRandom(330);
  const network = realNetwork(random, [6, 7, 5, 3], "relu");
  const split = randomSplit(random, 40, 6, 3);

  test.each(replacementModes)("are greedy ones of a layer, and with zeros of the whole network: %s", async (mode) => {
    using samples = upload(split, network);
    const { meanActivations } = await measured(network, samples);
    const single = measures.filter(({ id }) => id === `single_${mode}`);
    const remeasured = askedBy(single);
    expect(remeasured.map(({ id }) => id)).toEqual([`single_${mode}_remeasured_${mode}`]);
    const [own] = await found([{ repeat: 0, network, meanActivations }], samples, { remeasured });
    const greedy = sequences.filter(({ id }) => id === `greedy_${mode}`);
    const asked = { sequences: greedy, scopes };
    const searched = await findSequences({ gpu, network, samples, means: meanActivations }, asked);
    const [anew, known] = [own![remeasured[0]!.id]!, searched[`greedy_${mode}`]!];
    expect(anew.layer1).toEqual(known.layer1);
    expect(anew.layer2).toEqual(known.layer2);
    // Means of the layer above change with what is removed below, and a greedy search keeps those of the intact network.
    if (mode === "zero") expect(anew.network).toEqual(known.network);
  });
});

describe("remeasured orders of several networks", () => {
  const random = testRandom(331);
  const networks = [1, 2, 3].map(() => realNetwork(random, [5, 9, 6, 3], "sigmoid"));
  const split = randomSplit(random, 70, 5, 3);
  const remeasured = askedBy(measures.filter(({ name }) => ["taylor", "entropy", "shapley-mean"].includes(name)));

  test("are those that each has alone, however many are measured at once", async () => {
    using samples = upload(split, networks[0]!);
    const all: RemeasuredNetwork[] = [];
    for (const [repeat, network] of networks.entries()) {
      const { meanActivations } = await measured(network, samples, repeat);
      all.push({ repeat, network, meanActivations });
    }
    const request = { remeasured, every: 4, seed: 7, shapleyDraws: 4 };
    const together = await found(all, samples, { ...request, together: 4 });
    expect(new Set(together.map((own) => JSON.stringify(own))).size).toBe(3);
    for (const [index, network] of all.entries()) {
      expect(await found([network], samples, { ...request, together: 1 })).toEqual([together[index]]);
    }
  });
});
