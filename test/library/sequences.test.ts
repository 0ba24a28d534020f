/** Sequences from a program: searched for by `measureNetworks`, removed by `ablate`. */
import { expect, test } from "vitest";
import { ablate, measureNetworks } from "../../src/index.ts";
import { testGpu } from "../support/gpu.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const options = { scopes: ["layers", "network", "network-ranked"], modes: ["mean"], singles: "none" } as const;

test("a sequence that was measured is an order of its own, which one that was not cannot be", async () => {
  const [measured] = await measureNetworks(gpu, tinyDataset, [plantedNetwork], {
    measures: ["greedy-mean", "entropy"],
    greedyBlock: 2,
  });
  const { sequences = {}, measures, rows } = measured!.table;
  expect(Object.keys(measures)).toEqual(["entropy"]);
  expect(Object.keys(sequences)).toEqual(["greedy_mean"]);
  const network = sequences["greedy_mean"]!.network!;
  expect([...network].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
  const { curves } = await ablate(gpu, tinyDataset, measured!, {
    ...options,
    randomDraws: 0,
    measures: ["greedy-mean"],
  });
  expect(curves.map(({ order }) => order.scope)).toEqual(Object.keys(sequences["greedy_mean"]!));
  const { layer, neuron } = measured!.table;
  expect(curves.at(-1)!.order.neurons).toEqual(
    Array.from(network, (row) => ({ layer: layer[row], neuron: neuron[row] })),
  );
  const all = await ablate(gpu, tinyDataset, measured!, { ...options, randomDraws: 0 });
  expect(new Set(all.curves.map(({ order }) => order.measure))).toEqual(new Set(["entropy", "greedy_mean"]));
  const other = ablate(gpu, tinyDataset, measured!, { ...options, measures: ["reconstruction-mean"] });
  await expect(other).rejects.toThrow("the table does not have the sequence");
});
