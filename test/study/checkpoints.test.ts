/** Training that is broken off and gone on with: no bit differs, and what is kept on the way goes when it is done. */
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { PartStore } from "../../src/core/part-store.ts";
import type { RecordedConfig } from "../../src/core/study.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { Checkpoints } from "../../src/study/checkpoints.ts";
import { jobsOf } from "../../src/study/jobs.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { doJobs } from "../../src/study/study.ts";
import { StudyParts } from "../../src/study/study-parts.ts";
import { testGpu } from "../support/gpu.ts";
import { withGuessedPace, withMemory } from "../support/limited-device.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const config = { ...tinyConfig, repeats: 3, epochs: 6, hidden: [30] };
const origin = { package: "1", dawn: "1", adapter: gpu.facts, tiles: gpu.tiles, dataset: tinyDataset };

interface Training {
  readonly of?: RecordedConfig;
  /** Broken off after so many epochs of the first group. */
  readonly after?: number;
  readonly everyMs?: number;
  /** Bytes to plan with. */
  readonly memory?: number;
  /** Milliseconds that an epoch takes. */
  readonly epochMs?: number;
}

/** Trains over a store. @returns what was told and trained */
async function train(store: PartStore, { of = config, after, everyMs = 0, memory = 1e9, epochMs = 1 }: Training = {}) {
  const damaged: string[] = [];
  const parts = new StudyParts({ store, config: of, origin, onDamaged: (part) => damaged.push(part) });
  let now = 0;
  const clock = () => now;
  const checkpoints = new Checkpoints(parts, clock, everyMs);
  const trained: string[] = [];
  const resumed: unknown[] = [];
  const jobs = jobsOf(of).filter(({ stage }) => stage === "train");
  const devices = new Devices(withMemory(withGuessedPace(gpu), memory));
  const broken = await doJobs({ devices, dataset: tinyDataset, parts, clock }, jobs, {
    checkpoints,
    onResumed: (repeats, epochs) => resumed.push({ repeats, epochs }),
    async onEpoch({ repeats, epoch }) {
      // The epoch before has been kept by now, this one not yet.
      if (epoch === after) throw new RunError({ what: "broken off" });
      trained.push(`${repeats.join()}: ${epoch}`);
      now += epochMs;
    },
  }).then(
    () => false,
    (error: unknown) => {
      if (!(error instanceof RunError) || error.fault.what !== "broken off") throw error;
      return true;
    },
  );
  const networks = () => Promise.all([0, 1, 2].map((repeat) => parts.read("network", repeat)));
  return { broken, trained, resumed, damaged, networks, parts, checkpoints };
}

const kinds = async (store: PartStore) => (await store.list()).map(({ name }) => name.slice(0, -65)).toSorted();
const whole = await (await train(new MemoryParts())).networks();

describe("training that is broken off", () => {
  test("goes on behind its checkpoint, to the same bits, and leaves none", async () => {
    const store = new MemoryParts();
    const first = await train(store, { after: 3 });
    expect(first.broken).toBe(true);
    expect(await kinds(store)).toEqual(["checkpoint-000", "checkpoint-001", "checkpoint-002"]);
    const rest = await train(store);
    expect(rest.resumed).toEqual([{ repeats: [0, 1, 2], epochs: [3, 3, 3] }]);
    expect(rest.trained).toEqual(["0,1,2: 3", "0,1,2: 4", "0,1,2: 5"]);
    expect(await rest.networks()).toEqual(whole);
    expect(await kinds(store)).toEqual(["network-000", "network-001", "network-002"]);
  });

  test("goes on in other company, where less memory is left or some had other epochs", async () => {
    const store = new MemoryParts();
    await train(store, { after: 4 });
    await (await train(store, { after: 4 })).parts.remove("checkpoint", 1);
    const rest = await train(store, { memory: 80_000 });
    expect(rest.resumed).toEqual([{ repeats: [0, 2], epochs: [4, 4] }]);
    expect(rest.trained.slice(0, 3)).toEqual(["0: 4", "0: 5", "1: 0"]);
    expect(await rest.networks()).toEqual(whole);
  });

  test("begins anew where its checkpoint is damaged, and says so", async () => {
    const store = new MemoryParts();
    const { parts } = await train(store, { after: 2 });
    const name = await parts.nameOf("checkpoint", 2);
    const bytes = (await store.read(name))!;
    await store.write(name, bytes.with(bytes.length - 9, bytes.at(-9)! ^ 1));
    const rest = await train(store);
    expect(rest.damaged).toEqual([name]);
    expect(rest.resumed).toEqual([{ repeats: [0, 1], epochs: [2, 2] }]);
    expect(await rest.networks()).toEqual(whole);
  });

  test("serves a study of more epochs, and one of fewer than it has behind it begins anew", async () => {
    const store = new MemoryParts();
    await train(store, { after: 4 });
    const fewer = { ...config, epochs: 3 };
    const [anew, beyond] = [await train(store, { of: fewer, after: 9 }), new MemoryParts()];
    expect(anew.trained[0]).toBe("0,1,2: 0");
    await train(beyond, { of: { ...config, epochs: 5 }, after: 3 });
    const longer = await train(beyond);
    expect(longer.trained[0]).toBe("0,1,2: 3");
    expect(await longer.networks()).toEqual(whole);
  });
});

describe("checkpoints", () => {
  test("are kept by time, each of the minute since the last", async () => {
    const store = new MemoryParts();
    const { parts } = await train(store, { after: 5, everyMs: 60, epochMs: 25 });
    // Due 75 ms after the beginning: behind the third epoch, and 150 ms behind the sixth, which was not reached.
    const [state] = [await parts.read("checkpoint", 0)];
    expect(state.trainLoss).toHaveLength(3);
    expect(await kinds(store)).toHaveLength(3);
    const never = new MemoryParts();
    await train(never, { after: 5, everyMs: 60, epochMs: 5 });
    expect(await kinds(never)).toEqual([]);
  });

  test("that somebody asks for come at the end of the epoch in hand, and at once where nothing is trained", async () => {
    const store = new MemoryParts();
    const parts = new StudyParts({ store, config, origin });
    const checkpoints = new Checkpoints(parts, () => 0, 1e6);
    await checkpoints.soon();
    const jobs = jobsOf(config).filter(({ stage }) => stage === "train");
    const devices = new Devices(gpu);
    let asked: Promise<number> | undefined;
    await doJobs({ devices, dataset: tinyDataset, parts, clock: () => 0 }, jobs, {
      checkpoints,
      async onEpoch({ epoch }) {
        const epochsKept = async () => (await parts.read("checkpoint", 1)).trainLoss.length;
        if (epoch === 1) asked = checkpoints.soon().then(epochsKept);
      },
    });
    expect(await asked).toBe(2);
  });
});
