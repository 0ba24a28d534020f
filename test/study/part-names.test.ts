/** Names of parts: what changes them, and what does not. */
import { describe, expect, test } from "vitest";
import type { AdapterFacts, RecordedConfig } from "../../src/core/study.ts";
import { everyProduct } from "../../src/core/tiles.ts";
import type { Slice } from "../../src/study/jobs.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { type PartKind, type PartOrigin, partKinds } from "../../src/study/part-names.ts";
import { StudyParts } from "../../src/study/study-parts.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const adapter: AdapterFacts = {
  vendor: "v",
  architecture: "a",
  device: "d",
  description: "t",
  software: true,
  backend: "vulkan",
};
const origin: PartOrigin = {
  package: "1",
  dawn: "2",
  adapter,
  tiles: everyProduct("plain"),
  dataset: tinyDataset,
};

/** Names by kind, of repeat 1. */
async function names(config: RecordedConfig, from: PartOrigin = origin, given = {}): Promise<Record<PartKind, string>> {
  const parts = new StudyParts({ ...given, store: new MemoryParts(), config, origin: from });
  const all = await Promise.all(partKinds.map(async (kind) => [kind, await parts.nameOf(kind, 1)] as const));
  return Object.fromEntries(all) as Record<PartKind, string>;
}

const before = await names(tinyConfig);
const changed = (after: Record<PartKind, string>) => partKinds.filter((kind) => after[kind] !== before[kind]);
const [all, beyondCheckpoint] = [0, 1].map((first) => partKinds.slice(first)) as [PartKind[], PartKind[]];
const beyondNetwork: readonly PartKind[] = ["counts", "table", "groups", "removals", "pair-removals"];
const beyondCounts: readonly PartKind[] = ["table", "groups", "removals", "pair-removals"];

describe("the name of a part", () => {
  test("says what it is, its repeat, and a SHA-256", () => {
    expect(before.network).toMatch(/^network-001-[0-9a-f]{64}$/);
    expect(new Set(Object.values(before)).size).toBe(partKinds.length);
  });

  const cases: readonly (readonly [Partial<RecordedConfig>, readonly PartKind[]])[] = [
    [{ data: "elsewhere/bands", label: "class", split: [60, 20, 20] }, []],
    [{ repeats: 200 }, []],
    [{ seed: 1 }, all],
    [{ hidden: [7, 6] }, all],
    [{ activation: "relu" }, all],
    [{ epochs: 4 }, beyondCheckpoint],
    [{ batchSize: 15 }, all],
    [{ learningRate: 0.2 }, all],
    [{ l2: 0 }, all],
    [{ noisyLabels: 0.1 }, all],
    [{ bits: 3, bins: "equal-width" }, beyondNetwork],
    [{ quantizeThreshold: 0.2 }, ["counts", "pairs", "table", "groups", "removals", "pair-removals"]],
    [{ pairs: "network" }, ["pairs"]],
    [{ groups: 4 }, ["groups"]],
    [{ pairRemovals: "layers" }, ["pair-removals"]],
    [{ measures: ["entropy"] }, beyondCounts],
    [{ measures: ["kl-selectivity", "entropy", "mutual-information"] }, beyondCounts],
    // It needs sums by class, which the others do not.
    [{ measures: ["activation-variance"] }, beyondNetwork],
    // Evidence of removals is not there where no measure asked for it.
    [{ measures: [...tinyConfig.measures, "single-mean"] }, beyondNetwork],
    [{ measures: [...tinyConfig.measures, "shapley-zero"] }, beyondNetwork],
    [{ shapleyDraws: 40, shapleyError: 0.1 }, []],
    [{ randomDraws: 3 }, ["removals"]],
    [{ scopes: ["layers"] }, ["removals"]],
    [{ modes: ["mean"] }, ["removals", "pair-removals"]],
    [{ stride: 2 }, ["removals"]],
    [{ sweep: "masked" }, ["removals"]],
    [{ singles: 3 }, ["removals"]],
  ];
  test.each(cases)("with %j changes of these parts alone: %j", async (change, kinds) => {
    expect(changed(await names({ ...tinyConfig, ...change }))).toEqual(kinds);
  });

  test("hangs on how Shapley values are sampled where they are, and on the seed of their permutations", async () => {
    const sampled: RecordedConfig = { ...tinyConfig, measures: ["shapley-mean"] };
    const network = { networks: [{ repeat: 1, network: plantedNetwork, trainLoss: [] }] };
    const of = async (change: Partial<RecordedConfig>) =>
      (await names({ ...sampled, ...change }, origin, network)).counts;
    const changes: readonly Partial<RecordedConfig>[] = [
      {},
      { shapleyDraws: 40 },
      { shapleyDraws: 40, shapleyError: 0 },
      { shapleyDraws: 40, shapleyError: 0.1 },
      { seed: 9 },
      { measures: ["shapley-zero"] },
      { measures: ["shapley-zero", "shapley-mean"] },
    ];
    expect(new Set(await Promise.all(changes.map(of))).size).toBe(changes.length);
    expect(await of({ shapleyDraws: 100 })).toBe(await of({}));
    expect(await of({ measures: ["shapley-mean", "entropy"] })).toBe(await of({}));
    const without = async (seed: number) => (await names({ ...tinyConfig, seed }, origin, network)).counts;
    expect(await without(9)).toBe(await without(tinyConfig.seed));
  });

  test("of a table says in which scopes sequences were searched for, where any was", async () => {
    const measures = ["entropy", "greedy-zero"];
    const both = [{ scopes: ["layers"] as const }, {}].map((change) => names({ ...tinyConfig, measures, ...change }));
    const [layers, every] = await Promise.all(both);
    expect(layers!.counts).toBe(every!.counts);
    expect(layers!.table).not.toBe(every!.table);
    const inBlocks = await names({ ...tinyConfig, measures, greedyBlock: 2 });
    expect(inBlocks.table).not.toBe(every!.table);
    expect(await names({ ...tinyConfig, measures, greedyBlock: 1 })).toEqual(every);
    const quadratic = { ...tinyConfig, measures: ["fisher-quadratic-zero"] };
    expect(await names({ ...quadratic, greedyBlock: 2 })).toEqual(await names(quadratic));
  });

  test("of a table says how often measures rank anew, in which scopes and modes", async () => {
    const tableOf = async (change: Partial<RecordedConfig>) => names({ ...tinyConfig, ...change });
    const changes: readonly Partial<RecordedConfig>[] = [
      {},
      { remeasure: 1 },
      { remeasure: 2 },
      { remeasure: 1, modes: ["mean"] },
      { remeasure: 1, scopes: ["layers"] },
    ];
    const all = await Promise.all(changes.map(tableOf));
    expect(new Set(all.map(({ table }) => table)).size).toBe(changes.length);
    expect(new Set(all.map(({ counts }) => counts)).size).toBe(1);
  });

  const origins: readonly (readonly [string, Partial<PartOrigin>])[] = [
    ["another version", { package: "1.0.1" }],
    ["another version of Dawn", { dawn: "3" }],
    ["another adapter", { adapter: { ...adapter, description: "u" } }],
    ["other forms of products", { tiles: everyProduct("subgroup") }],
    ["other data", { dataset: { ...tinyDataset, sha256: "1".repeat(64) } }],
    [
      "data that were treated otherwise",
      {
        dataset: {
          ...tinyDataset,
          treatment: {
            means: Float32Array.of(1),
            deviations: Float32Array.of(2),
            origin: "normalize",
            source: "bytes",
          },
        },
      },
    ],
  ];
  test.each(origins)("changes of every part with %s", async (_, change) => {
    expect(changed(await names(tinyConfig, { ...origin, ...change }))).toEqual(all);
  });

  test("is the same in whatever order fields were written down", async () => {
    const reversed = (record: object) => Object.fromEntries(Object.entries(record).reverse());
    const config = reversed(tinyConfig) as unknown as RecordedConfig;
    const from = { ...reversed(origin), adapter: reversed(adapter) } as unknown as PartOrigin;
    expect(changed(await names(config, from))).toEqual([]);
  });

  test("of a network from elsewhere hangs on what the network is, wherever it came from", async () => {
    const given = (network: typeof plantedNetwork) => ({ networks: [{ repeat: 1, network, trainLoss: [] }] });
    const [first] = plantedNetwork.layers;
    const weights = first!.weights.map((weight, index) => (index === 3 ? weight + 1 : weight));
    const other = { ...plantedNetwork, layers: [{ ...first!, weights }, ...plantedNetwork.layers.slice(1)] };
    const own = await names({ ...tinyConfig, models: ["a"] }, origin, given(plantedNetwork));
    expect(await names({ ...tinyConfig, models: ["b"] }, origin, given(plantedNetwork))).toEqual(own);
    const another = await names(tinyConfig, origin, given(other));
    for (const kind of beyondCheckpoint) expect(another[kind], kind).not.toBe(own[kind]);
  });

  test("of a slice hangs on the slice, and on nothing of the rest of the ablation", async () => {
    const slices: readonly Slice[] = [
      { kind: "singles" },
      { kind: "curves", scope: "layer1", mode: "zero" },
      { kind: "curves", scope: "layer1", mode: "mean" },
      { kind: "curves", scope: "network", mode: "zero" },
    ];
    const of = (config: RecordedConfig) => {
      const parts = new StudyParts({ store: new MemoryParts(), config, origin });
      return Promise.all(slices.map((slice) => parts.nameOf("removals", 0, slice)));
    };
    const own = await of(tinyConfig);
    expect(new Set(own).size).toBe(slices.length);
    expect(own[1]).toMatch(/^removals-000-layer1-zero-[0-9a-f]{64}$/);
    expect(await of({ ...tinyConfig, scopes: ["layers"] })).toEqual(own);
    const draws = await of({ ...tinyConfig, randomDraws: 9 });
    expect(draws.map((name, index) => name === own[index])).toEqual([true, false, false, false]);
    const modes = await of({ ...tinyConfig, modes: ["mean"] });
    expect(modes.map((name, index) => name === own[index])).toEqual([false, true, true, true]);
  });
});
