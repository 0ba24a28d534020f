/** A study over a store: what is there is not computed again, what is damaged is, and whoever computes what makes no difference. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { PartStore } from "../../src/core/part-store.ts";
import type { RecordedConfig } from "../../src/core/study.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { PartFolder } from "../../src/platform/node/part-folder.ts";
import { assembled, wholeResults } from "../../src/study/assemble.ts";
import { type Job, jobsOf, repeatsOf } from "../../src/study/jobs.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { computeStudy, doJobs, partsInMemory, type StudyObserver } from "../../src/study/study.ts";
import { StudyParts } from "../../src/study/study-parts.ts";
import { testGpu } from "../support/gpu.ts";
import { withMemory } from "../support/limited-device.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

// So little memory that networks are trained, measured and ablated in groups.
const gpu = withMemory(await testGpu(), 80_000);
const devices = new Devices(gpu);
const config = { ...tinyConfig, repeats: 3, epochs: 2, hidden: [30], randomDraws: 1 };
const origin = { package: "1", dawn: "1", adapter: gpu.facts, tiles: gpu.tiles, dataset: tinyDataset };
const scratch = scratchFolder();

interface Seen {
  /** Kinds and repeats of the parts that were written: `network-000`. */
  readonly written: string[];
  readonly damaged: string[];
}

function partsOver(store: PartStore, of: RecordedConfig, seen: Seen): StudyParts {
  const watched: PartStore = {
    label: "watched",
    has: (name) => store.has(name),
    read: (name) => store.read(name),
    list: () => store.list(),
    remove: (name) => store.remove(name),
    async write(name, bytes) {
      seen.written.push(name.replace(/-[0-9a-f]{64}$/, ""));
      await store.write(name, bytes);
    },
  };
  return new StudyParts({
    store: watched,
    config: of,
    origin,
    onDamaged: (part, found) => seen.damaged.push(`${part.replace(/-[0-9a-f]{64}$/, "")}: ${found}`),
  });
}

/** Computes what the store lacks of a study, and gives all of it. */
async function study(store: PartStore, of: RecordedConfig = config, observer: StudyObserver = {}, jobs = jobsOf(of)) {
  const seen: Seen = { written: [], damaged: [] };
  const parts = partsOver(store, of, seen);
  const course = await computeStudy({ devices, dataset: tinyDataset, parts, clock: () => 0 }, jobs, observer);
  const whole = () => wholeResults(assembled(parts, repeatsOf(of.repeats)));
  return { ...seen, ...course, parts, whole };
}

const store = new MemoryParts();
const first = await study(store);
const outcome = await first.whole();
const places = ["network", "counts", "table", "removals"].flatMap((kind) => [0, 1, 2].map((r) => `${kind}-00${r}`));

describe("what is there", () => {
  test("was computed in groups, a part for each repeat and kind", () => {
    expect(first.written.toSorted()).toEqual(places.toSorted());
  });

  test("is not computed again, and says so", async () => {
    const found: [string, number][] = [];
    const again = await study(store, config, {
      onFound: (stage, jobs) => found.push([stage, jobs.length]),
      onProgress: ({ stage }) => {
        if (stage !== "measure") expect.unreachable(`${stage} has begun`);
      },
    });
    expect(again.written).toEqual([]);
    expect(found).toEqual([
      ["train", 3],
      ["measure", 3],
      ["ablate", 3],
    ]);
    expect(await again.whole()).toEqual(outcome);
  });

  const changes: readonly (readonly [Partial<RecordedConfig>, readonly string[]])[] = [
    [{ randomDraws: 2 }, ["removals"]],
    [{ measures: ["entropy"] }, ["table", "removals"]],
    [{ bits: 2, bins: "equal-width" }, ["counts", "table", "removals"]],
  ];
  test.each(changes)("serves a study with %j, which computes %j anew", async (change, kinds) => {
    const of = { ...config, repeats: 2, ...change };
    const other = await study(await copyOf(store), of);
    expect([...new Set(other.written.map((place) => place.split("-")[0]!))].toSorted()).toEqual(kinds.toSorted());
    expect(await other.whole()).toEqual(await (await study(new MemoryParts(), of)).whole());
  });

  test("serves more repeats", async () => {
    const more = await study(await copyOf(store), { ...config, repeats: 4 });
    expect(more.written.every((place) => place.endsWith("-003"))).toBe(true);
    expect((await more.whole()).networks.slice(0, 3)).toEqual(outcome.networks);
  });
});

async function copyOf(from: PartStore): Promise<MemoryParts> {
  const copy = new MemoryParts();
  for (const { name } of await from.list()) await copy.write(name, (await from.read(name))!);
  return copy;
}

describe("a part that is damaged", () => {
  const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array, RegExp])[] = [
    ["by one bit", (bytes) => bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 4 : byte)), /another checksum/],
    ["in its name", (bytes) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)), /the part /],
    ["in its first line", (bytes) => bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte)), /no head/],
    ["in its checksum", (bytes) => bytes.map((byte, at) => (at === 110 ? byte ^ 1 : byte)), /another checksum/],
    ["and cut off", (bytes) => bytes.slice(0, bytes.length / 2), /another checksum/],
    ["and cut off in its head", (bytes) => bytes.slice(0, 30), /no head/],
    ["and empty", () => new Uint8Array(), /no head/],
  ];
  for (const kind of ["network", "table", "removals"] as const) {
    test.each(damages)(`${kind}, %s, is named and computed again`, async (_, damage, found) => {
      const damaged = await copyOf(store);
      const name = await first.parts.nameOf(kind, 1);
      await damaged.write(name, damage((await damaged.read(name))!));
      const mended = await study(damaged);
      expect(mended.damaged).toEqual([expect.stringMatching(new RegExp(`^${kind}-001: .*${found.source}`))]);
      expect(mended.written).toEqual([`${kind}-001`]);
      expect(await damaged.read(name)).toEqual(await store.read(name));
      expect(await mended.whole()).toEqual(outcome);
    });
  }

  test("counts that only a lost table needs are counted again with it", async () => {
    const damaged = await copyOf(store);
    for (const kind of ["counts", "table"] as const) {
      await damaged.write(await first.parts.nameOf(kind, 1), new Uint8Array(3));
    }
    const mended = await study(damaged);
    expect(mended.written).toEqual(["counts-001", "table-001"]);
    expect(await mended.whole()).toEqual(outcome);
  });

  test.each([{ pairs: "layers" }, { groups: 2 }] as const)(
    "is named once, with %j, which look at tables, too; and again where it is damaged anew",
    async (beside) => {
      const of = { ...config, repeats: 1, ...beside };
      const damaged = await copyOf(store);
      const { parts } = await study(damaged, of);
      const name = await parts.nameOf("table", 0);
      const seen: Seen = { written: [], damaged: [] };
      const mended = { devices, dataset: tinyDataset, parts: partsOver(damaged, of, seen), clock: () => 0 };
      for (const times of [1, 2]) {
        await damaged.write(name, new Uint8Array(9));
        await computeStudy(mended, jobsOf(of), {});
        expect(seen.written).toEqual(Array(times).fill("table-000"));
        expect(seen.damaged).toEqual(Array(times).fill(expect.stringMatching(/^table-000: .*no head/)));
      }
    },
  );

  test("under the name of another is known for it", async () => {
    const swapped = await copyOf(store);
    const [a, b] = [await first.parts.nameOf("network", 0), await first.parts.nameOf("network", 1)];
    await swapped.write(a, (await store.read(b))!);
    expect((await study(swapped)).damaged).toEqual([expect.stringMatching(/^network-000: the part network-001-/)]);
  });

  test("after the work is done is an error that names it, not a wrong result", async () => {
    const damaged = await copyOf(store);
    const done = await study(damaged);
    const name = await first.parts.nameOf("removals", 2);
    await damaged.write(name, new Uint8Array(9));
    const error = await done.whole().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).message).toContain(name);
  });
});

describe("work that is divided", () => {
  test("among shards, whose stores are united: nothing is left to do, and no bit differs", async () => {
    const united = new MemoryParts();
    for (const index of [1, 2]) {
      const own = new MemoryParts();
      const shard = await study(own, config, {}, jobsOf(config, { index, of: 2 }));
      expect(new Set(shard.written.map((place) => place.slice(-1))).size).toBe(index);
      for (const { name } of await own.list()) await united.write(name, (await own.read(name))!);
    }
    const whole = await study(united);
    expect(whole.written).toEqual([]);
    expect(await whole.whole()).toEqual(outcome);
  });

  test("between two that work on one folder at a time, without a lock", async () => {
    const folder = () => new PartFolder(join(scratch, "shared"));
    const [one, two] = await Promise.all([study(folder()), study(folder())]);
    expect(await one.whole()).toEqual(outcome);
    expect(await two.whole()).toEqual(outcome);
    expect(await folder().list()).toHaveLength(places.length);
  });

  test("that fails in a later group keeps the earlier ones, and goes on behind them", async () => {
    const own = new MemoryParts();
    const failing = study(own, config, {
      onProgress({ stage, done }) {
        if (stage === "train" && done > 4) throw new RunError({ what: "made to fail" });
      },
    });
    await expect(failing).rejects.toThrow("made to fail");
    const kept = (await own.list()).map(({ name }) => name.slice(0, 11)).toSorted();
    expect(kept).toEqual(["network-000", "network-001"]);
    const rest = await study(own);
    expect(rest.written.filter((place) => place.startsWith("network"))).toEqual(["network-002"]);
    expect(await rest.whole()).toEqual(outcome);
  });
});

describe("a slice of an ablation", () => {
  const given = {
    networks: outcome.networks,
    tables: outcome.neurons.map((table, repeat) => {
      return { accuracies: outcome.repeats[repeat]!, table };
    }),
  };
  const slices = [
    ...(["zero", "mean"] as const).map((mode) => ({ kind: "curves", scope: "layer1", mode }) as const),
    { kind: "singles" } as const,
  ];
  const jobs = [0, 2].flatMap((repeat) => slices.map((slice): Job => ({ repeat, stage: "ablate", slice })));

  test("has the bits that the whole has, modes of one scope swept together", async () => {
    const parts = partsInMemory(devices, tinyDataset, config, given);
    const groups: string[] = [];
    await doJobs({ devices, dataset: tinyDataset, parts, clock: () => 0, atOnce: 1 }, jobs, {
      onJobs: async (_, done) => void groups.push(done.map(({ repeat, slice }) => `${repeat} ${slice!.kind}`).join()),
    });
    expect(groups).toEqual(["0 curves,0 curves", "0 singles", "2 curves,2 curves", "2 singles"]);
    for (const { repeat, slice } of jobs) {
      const { curves, singles } = await parts.read("removals", repeat, slice);
      const whole = await first.parts.read("removals", repeat);
      const isOfSlice = ({ order, mode }: (typeof curves)[number]) =>
        slice!.kind === "curves" && order.scope === slice!.scope && mode === slice!.mode;
      expect(curves).toEqual(whole.curves.filter(isOfSlice));
      expect(singles).toEqual(slice!.kind === "singles" ? whole.singles : []);
    }
  });

  test("is swept in the orders that are given, where they are", async () => {
    const orders = outcome.orders.map((order) => ({ ...order, neurons: order.neurons.toReversed() }));
    const slice = { kind: "curves", scope: "layer1", mode: "zero" } as const;
    const plain = partsInMemory(devices, tinyDataset, config, given);
    const turned = partsInMemory(devices, tinyDataset, config, { ...given, orders });
    expect(await turned.nameOf("removals", 0, slice)).not.toBe(await plain.nameOf("removals", 0, slice));
    for (const parts of [plain, turned]) {
      await doJobs({ devices, dataset: tinyDataset, parts, clock: () => 0 }, [{ repeat: 0, stage: "ablate", slice }]);
    }
    const [one, other] = [await plain.read("removals", 0, slice), await turned.read("removals", 0, slice)];
    expect(one.curves[0]!.correct).not.toEqual(other.curves[0]!.correct);
    expect(one.curves[0]!.correct.at(-1)).toBe(other.curves[0]!.correct.at(-1));
  });
});
