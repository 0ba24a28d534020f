/** Shards of a study put together: what one process computes, or a message that says what is missing, damaged or another's. */
import { beforeAll, describe, expect, test } from "vitest";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { IDENTITY, type PartStore } from "../../src/core/part-store.ts";
import type { RecordedConfig, StudyConfig } from "../../src/core/study.ts";
import { encodePlain } from "../../src/formats/plain-bytes.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { wholeResults } from "../../src/study/assemble.ts";
import { type CensusSource, censusOf } from "../../src/study/census.ts";
import { CourseKeeper, coursesIn } from "../../src/study/course.ts";
import { identityOf } from "../../src/study/identity.ts";
import { jobsOf, type Shard } from "../../src/study/jobs.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { mergedStudy } from "../../src/study/merge.ts";
import type { PartOrigin } from "../../src/study/part-names.ts";
import { sealed } from "../../src/study/sealed-part.ts";
import { computeStudy, runStudy } from "../../src/study/study.ts";
import { StudyParts } from "../../src/study/study-parts.ts";
import { identified, recordOf, type StudyRecord, storedRecord } from "../../src/study/study-record.ts";
import { testGpu } from "../support/gpu.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const devices = new Devices(gpu);
const config: StudyConfig = { ...tinyConfig, repeats: 3, epochs: 1, hidden: [6], learningRate: 1e-9 };
const own: PartOrigin = { package: "1", dawn: "1", adapter: gpu.facts, tiles: gpu.tiles, dataset: tinyDataset };
/** As if another machine had computed it. */
const foreign: PartOrigin = { ...own, adapter: { ...gpu.facts, description: "another" } };
const clock = () => performance.now();

interface Source {
  readonly label: string;
  readonly store: MemoryParts;
  readonly record: StudyRecord;
}

async function shardStudy(shard: Shard, origin = own, of: RecordedConfig = config): Promise<Source> {
  const store = new MemoryParts();
  const record = recordOf({ config: of, origin, dataset: tinyDataset, warnings: [] });
  const recorded = identified(store, record);
  const course = await CourseKeeper.of(recorded, shard, await identityOf(record), new Date(0));
  const parts = new StudyParts({ store: recorded, config: of, origin });
  await computeStudy({ devices, dataset: tinyDataset, parts, clock }, jobsOf(of, shard), {
    onJobs: (stage, jobs, tookMs) => course.add(stage, jobs.length, tookMs),
  });
  return { label: `shard ${shard.index}`, store, record: (await storedRecord(store))! };
}

async function copyOf({ label, store, record }: Source, as = label): Promise<Source> {
  const copy = new MemoryParts();
  for (const { name } of await store.list()) await copy.write(name, (await store.read(name))!);
  return { label: as, store: copy, record };
}

async function nameIn(store: PartStore, beginning: string): Promise<string> {
  return (await store.list()).find(({ name }) => name.startsWith(beginning))!.name;
}

const merged = (sources: readonly Source[], mixedAdapters = false) => mergedStudy(sources, { mixedAdapters, of: 2 });
const faultOf = (sources: readonly Source[]) =>
  merged(sources).then(
    () => expect.unreachable("merged"),
    (error: unknown) => error as RunError,
  );

let [one, two]: Source[] = [];
let whole: Awaited<ReturnType<typeof runStudy>>;
beforeAll(async () => {
  one = await shardStudy({ index: 1, of: 2 });
  two = await shardStudy({ index: 2, of: 2 });
  whole = await runStudy(devices, tinyDataset, config, clock);
});

describe("shards put together", () => {
  test("are the study, in whatever order, with what it warns of", async () => {
    for (const sources of [
      [one!, two!],
      [two!, one!],
      [one!, two!, await copyOf(one!, "again")],
    ]) {
      const { results, origins, warnings, record } = await merged(sources);
      const { elapsedMs: _, costs: __, warnings: said, ...expected } = whole; // times are those of one process
      expect(await wholeResults(results)).toEqual(expected);
      expect(said).toHaveLength(1);
      expect(warnings).toEqual(said);
      expect(origins.map(({ repeats }) => repeats)).toEqual([[0, 1, 2]]);
      expect(record.config).toEqual(config);
    }
  });

  test("with pairs and groups have those of the study, and are not measured where their part is gone", async () => {
    const paired: StudyConfig = { ...config, pairs: "network", groups: 2, hidden: [4, 3], quantizeThreshold: 0.4 };
    const shards = [
      await shardStudy({ index: 1, of: 2 }, own, paired),
      await shardStudy({ index: 2, of: 2 }, own, paired),
    ];
    const { results } = await merged(shards);
    const { pairs, groups } = await runStudy(devices, tinyDataset, paired, clock);
    expect(pairs!.map(({ pairs: layers }) => layers.map(({ both }) => both.length))).toEqual(
      new Array(3).fill([6, 12, 3].map((count) => count * tinyDataset.classes)),
    );
    expect((await wholeResults(results)).pairs).toEqual(pairs);
    expect(groups).toHaveLength(3);
    expect((await wholeResults(results)).groups).toEqual(groups);
    const [first, second] = shards as [Source, Source];
    const partly = await copyOf(second);
    await partly.store.remove(await nameIn(partly.store, "pairs-002"));
    expect((await faultOf([first, partly])).fault.found).toBe("repeat 2 not measured");
    // The same command again counts them, and nothing else.
    const recorded = identified(partly.store, partly.record);
    const parts = new StudyParts({ store: recorded, config: paired, origin: own });
    const told: string[] = [];
    await computeStudy({ devices, dataset: tinyDataset, parts, clock }, jobsOf(paired, { index: 2, of: 2 }), {
      onJobs: async (stage, jobs, tookMs) => {
        if (tookMs !== undefined) told.push(`${stage} ${jobs.map(({ repeat }) => repeat)}`);
      },
    });
    expect(told).toEqual(["measure 2"]);
    expect((await wholeResults((await merged([first, partly])).results)).pairs).toEqual(pairs);
  });

  test("with pair removals have those of the study, and nothing else is removed where their part is gone", async () => {
    const paired: StudyConfig = { ...config, pairRemovals: "layers", hidden: [4, 3] };
    const shards = [
      await shardStudy({ index: 1, of: 2 }, own, paired),
      await shardStudy({ index: 2, of: 2 }, own, paired),
    ];
    const { pairRemovals, singles } = await runStudy(devices, tinyDataset, paired, clock);
    expect(pairRemovals!.map(({ repeat, layer, mode, loss }) => [repeat, layer, mode, loss.length])).toEqual(
      [0, 1, 2].flatMap((repeat) =>
        [[1, 6] as const, [2, 3] as const].flatMap(([layer, pairs]) =>
          paired.modes.map((mode) => [repeat, layer, mode, pairs]),
        ),
      ),
    );
    // The start of each walk is a neuron's own removal.
    for (const [index, { lossAlone }] of pairRemovals!.entries()) {
      for (const [neuron, loss] of singles[index]!.loss.entries()) expect(lossAlone[neuron]).toBeCloseTo(loss, 5);
    }
    expect((await wholeResults((await merged(shards)).results)).pairRemovals).toEqual(pairRemovals);
    const [first, second] = shards as [Source, Source];
    const partly = await copyOf(second);
    await partly.store.remove(await nameIn(partly.store, "pair-removals-002"));
    expect((await faultOf([first, partly])).fault.found).toBe("repeat 2 not ablated");
    const removals = await nameIn(partly.store, "removals-002");
    const written: string[] = [];
    const recorded = identified(partly.store, partly.record);
    const watched: PartStore = {
      label: recorded.label,
      read: (name) => recorded.read(name),
      has: (name) => recorded.has(name),
      list: () => recorded.list(),
      remove: (name) => recorded.remove(name),
      async write(name, bytes) {
        written.push(name);
        await recorded.write(name, bytes);
      },
    };
    const parts = new StudyParts({ store: watched, config: paired, origin: own });
    await computeStudy({ devices, dataset: tinyDataset, parts, clock }, jobsOf(paired, { index: 2, of: 2 }));
    expect(written).not.toContain(removals);
    expect(written.map((name) => name.replace(/-[0-9a-f]{64}$/, ""))).toEqual(["pair-removals-002"]);
    expect((await wholeResults((await merged([first, partly])).results)).pairRemovals).toEqual(pairRemovals);
  });

  test("lack what no shard has, and the shards are named", async () => {
    const error = await faultOf([one!]);
    expect(error).toBeInstanceOf(RunError);
    expect(error.fault).toEqual({
      what: "the study is not complete",
      where: "memory",
      expected: "all of 3 repeats trained, measured and ablated",
      found: "repeats 1, 2 (2) not trained",
      fix: "start --shard 2/2 (again); each goes on with what it has",
    });
    const partly = await copyOf(two!);
    await partly.store.remove(await nameIn(partly.store, "removals-002"));
    expect((await faultOf([one!, partly])).fault.found).toBe("repeat 2 not ablated");
  });

  test("with a byte that was flipped are refused, unless another has the part whole", async () => {
    for (const kind of ["network", "table", "removals"]) {
      const damaged = await copyOf(two!, "damaged");
      const name = await nameIn(damaged.store, `${kind}-001`);
      const bytes = (await damaged.store.read(name))!;
      await damaged.store.write(name, bytes.with(bytes.length - 5, bytes.at(-5)! ^ 1));
      const { fault } = await faultOf([one!, damaged]);
      expect(fault.what).toMatch(/^a part is damaged/);
      expect(fault.where).toBe(`${name} in memory`);
      expect(fault.found).toMatch(/bytes with another checksum/);
      const { results } = await merged([one!, damaged, two!]);
      expect(results.repeats).toEqual([0, 1, 2]);
    }
  });

  test("that have one part with different contents, each whole, are refused", async () => {
    const other = await copyOf(one!, "other");
    const name = await nameIn(other.store, "table-000");
    await other.store.write(name, await sealed(name, encodePlain({ made: "up" })));
    expect((await faultOf([one!, two!, other])).fault.what).toBe("a part that is there twice is not the same");
  });

  const others: readonly (readonly [string, Partial<StudyConfig>, Partial<PartOrigin>, string])[] = [
    ["other options", { epochs: 2 }, {}, "epochs 2 (there 1)"],
    ["other data", {}, { dataset: { ...own.dataset, sha256: "1".repeat(64) } }, `dataset "${"1".repeat(64)}"`],
    ["another version", {}, { package: "2" }, 'version "2" (there "1")'],
    ["other adapters", {}, foreign, 'adapter "another'],
  ];
  test.each(others)("of %s are refused, and told what differs", async (_, change, origin, found) => {
    const record = recordOf({
      config: { ...config, ...change },
      origin: { ...own, ...origin },
      dataset: tinyDataset,
      warnings: [],
    });
    const changed = origin.dataset === undefined ? record : { ...record, origin: { ...record.origin, ...origin } };
    const error = await faultOf([one!, { ...two!, record: changed }]);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.fault.where).toBe("shard 2");
    expect(error.fault.found).toContain(found);
  });

  test("of several adapters are taken where that is asked for, and it is known which computed which repeats", async () => {
    const elsewhere = await shardStudy({ index: 2, of: 2 }, foreign);
    await expect(merged([one!, elsewhere])).rejects.toThrow(/different adapters[\s\S]*--mixed-adapters/);
    const { results, origins } = await merged([one!, elsewhere], true);
    expect(origins.map(({ origin, repeats }) => [origin.adapter.description, repeats])).toEqual([
      [gpu.facts.description, [0]],
      ["another", [1, 2]],
    ]);
    expect((await wholeResults(results)).curves).toEqual(whole.curves);
  });
});

describe("a census", () => {
  const sourceOf = async ({ store, record }: Source): Promise<CensusSource> => ({
    record,
    parts: await store.list(),
    courses: await coursesIn(store, await identityOf(record)),
  });

  test("says what is done and missing, by stage and shard, and what is left to do", async () => {
    const partly = await copyOf(one!);
    await partly.store.remove(await nameIn(partly.store, "removals-000"));
    const { stages, shards, bytes, restMs } = await censusOf([await sourceOf(partly)]);
    expect(stages.map(({ stage, done, missing }) => [stage, done, missing])).toEqual([
      ["train", 1, [1, 2]],
      ["measure", 1, [1, 2]],
      ["ablate", 0, [0, 1, 2]],
    ]);
    expect(
      shards.map(({ shard, started, stages: [, , ablate] }) => [shard.index, started, ablate!.done, ablate!.of]),
    ).toEqual([
      [1, "1970-01-01T00:00:00.000Z", 0, 1],
      [2, undefined, 0, 2],
    ]);
    const sizes = (await partly.store.list()).map((part) => part.bytes);
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    const [course] = (await sourceOf(partly)).courses;
    const { train, measure, ablate } = course!.stages;
    expect(restMs).toBeCloseTo(2 * train!.elapsedMs + 2 * measure!.elapsedMs + 3 * ablate!.elapsedMs, 6);
  });

  test("of all shards finds nothing left, and of none that was begun no time", async () => {
    const all = await censusOf([await sourceOf(one!), await sourceOf(two!)]);
    expect(all.stages.every(({ missing }) => missing.length === 0)).toBe(true);
    expect(all.restMs).toBe(0);
    expect(all.shards.every(({ started }) => started !== undefined)).toBe(true);
    const { record } = one!;
    expect((await censusOf([{ record, parts: [{ name: IDENTITY, bytes: 3 }], courses: [] }])).restMs).toBeUndefined();
  });
});
