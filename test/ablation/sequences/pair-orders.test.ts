/** Orders that know pairs: against known ones, and against loops over samples in the whole network. */
import { describe, expect, test, vi } from "vitest";
import { findSequences } from "../../../src/ablation/sequences/registry.ts";
import type { ScopeKind } from "../../../src/core/scope.ts";
import { sequences } from "../../../src/core/sequences.ts";
import { broja } from "../../../src/pairs/broja.ts";
import { uploadNetworks } from "../../../src/passes/device-networks.ts";
import { uploadSplit } from "../../../src/passes/device-split.ts";
import { type CountedPairs, countPairs } from "../../../src/passes/evidence/pairs.ts";
import { inputValues } from "../../../src/reference/forward.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { type PairTable, pairOfTable, textbookInformation } from "../../support/bit-pairs.ts";
import { conformanceSets, networkOf, splitOf } from "../../support/conformance.ts";
import { testGpu } from "../../support/gpu.ts";

const gpu = await testGpu();
const ofPairs = sequences.filter(({ mode }) => mode === undefined);
const CLOSE = 1e-9;

test("there are four of them, each named once", () => {
  expect(ofPairs.map(({ name, id }) => [name, id])).toEqual([
    ["mrmr", "mrmr"],
    ["jmi", "jmi"],
    ["cmim", "cmim"],
    ["unique", "unique"],
  ]);
});

describe.each(conformanceSets)("of $name", (set) => {
  const network = networkOf(set);
  const split = splitOf(set);
  const classes = network.layers.at(-1)!.outputs;
  const theta = set.activation === "sigmoid" ? 0.5 : 0;
  const outputs = forwardNetwork(network, inputValues(split.inputs)).slice(0, -1);
  const hidden = outputs.map(({ length }) => length / split.count);
  /** Of all hidden neurons, layer after layer: [samples] bits. */
  const bits = outputs.flatMap((values, layer) =>
    Array.from({ length: hidden[layer]! }, (_, unit) =>
      Array.from({ length: split.count }, (_, s) => (values[s * hidden[layer]! + unit]! > theta ? 1 : 0)),
    ),
  );
  const tableOf = (states: readonly number[], of: number) => {
    const table = Array.from({ length: classes }, () => new Array<number>(of).fill(0));
    for (const [sample, label] of split.labels.entries()) table[label]![states[sample]!]!++;
    return table;
  };
  const joint = (j: number, k: number) =>
    tableOf(
      bits[j]!.map((bit, s) => 2 * bit + bits[k]![s]!),
      4,
    );
  const alone = (j: number) => textbookInformation(tableOf(bits[j]!, 2));
  const together = (j: number, k: number) => textbookInformation(joint(j, k));
  const between = (j: number, k: number) => {
    const table = [0, 1].map((a) =>
      [0, 1].map((b) => bits[j]!.filter((bit, s) => bit === a && bits[k]![s] === b).length),
    );
    return textbookInformation(table);
  };
  const shared = (j: number, k: number) => broja.parts(pairOfTable(joint(j, k) as unknown as PairTable)).redundancy;

  /** The score by which each order chooses j beside those that were chosen. */
  const scores: Readonly<Record<string, (j: number, chosen: readonly number[]) => number>> = {
    mrmr: (j, chosen) => alone(j) - chosen.reduce((sum, k) => sum + between(j, k), 0) / chosen.length,
    jmi: (j, chosen) => chosen.reduce((sum, k) => sum + together(j, k), 0),
    cmim: (j, chosen) => Math.min(...chosen.map((k) => together(j, k) - alone(k))),
  };

  async function found(scopes: readonly ScopeKind[], counted?: CountedPairs) {
    using samples = uploadSplit(gpu, "validation", split, network.layers[0]!.inputs, classes);
    const means = hidden.map((units) => new Float32Array(units));
    const encoders = vi.spyOn(gpu.device, "createCommandEncoder");
    const orders = await findSequences({ gpu, network, samples, means }, { sequences: ofPairs, scopes, counted });
    const isCounted = encoders.mock.calls.some(([descriptor]) => descriptor?.label === "count pairs");
    encoders.mockRestore();
    return { orders, isCounted };
  }
  const all = found(["layers", "network"]).then(({ orders }) => orders);

  test("selections of each layer are the known ones", async () => {
    const orders = await all;
    let first = 0;
    for (const [layer, { selections }] of set.layers.entries()) {
      for (const [id, chosen] of Object.entries(selections)) {
        const order = orders[id]![`layer${layer + 1}`]!;
        expect(
          Array.from(order, (row) => row - first),
          `${id} of layer ${layer + 1}`,
        ).toEqual([...chosen].reverse());
      }
      first += hidden[layer]!;
    }
  });

  test("of the whole network no neuron that was left would have been a better choice", async () => {
    for (const [id, score] of Object.entries(scores)) {
      const chosen = Array.from((await all)[id]!.network!).reverse();
      expect([...chosen].sort((a, b) => a - b)).toEqual([...bits.keys()]);
      for (const [place, neuron] of chosen.entries()) {
        const before = chosen.slice(0, place);
        const value = (j: number) => (place === 0 ? alone(j) : score(j, before));
        for (const other of chosen.slice(place + 1)) {
          expect(value(other), `${id}, place ${place}`).toBeLessThanOrEqual(value(neuron) + CLOSE);
        }
      }
    }
  });

  test("pairs that were counted before are not counted again, but where scopes have others", async () => {
    using samples = uploadSplit(gpu, "validation", split, network.layers[0]!.inputs, classes);
    using networks = uploadNetworks(gpu, [network]);
    const [ofLayers] = await countPairs({ gpu, networks, split: samples }, { scope: "layers" });
    const [ofNetwork] = await countPairs({ gpu, networks, split: samples }, { scope: "network" });
    const orders = await all;
    const inLayers = Object.fromEntries(
      Object.entries(orders).map(([id, { network: _, ...own }]) => [id, own] as const),
    );
    expect(await found(["layers"])).toEqual({ orders: inLayers, isCounted: true });
    expect(await found(["layers"], ofLayers)).toEqual({ orders: inLayers, isCounted: false });
    expect(await found(["layers", "network"], ofNetwork)).toEqual({ orders, isCounted: false });
    expect(await found(["layers", "network"], ofLayers)).toEqual({ orders, isCounted: hidden.length > 1 });
  });

  test("unique information ascends in every scope", async () => {
    const { unique } = await all;
    for (const order of Object.values(unique!)) {
      const members = [...order!];
      const least = members.map((j) =>
        Math.min(alone(j), ...members.filter((k) => k !== j).map((k) => alone(j) - shared(j, k))),
      );
      for (const [place, value] of least.entries()) {
        if (place > 0) expect(value).toBeGreaterThanOrEqual(least[place - 1]! - CLOSE);
      }
    }
  });
});
