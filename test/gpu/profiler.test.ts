/** The profiler on a device: it counts everything, changes nothing, and leaves nothing behind. */

import { describe, expect, test } from "vitest";
import { studyShape } from "../../src/core/layers/network-shape.ts";
import { createContext, type GpuContext } from "../../src/gpu/device/context.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import type { BoundKernel } from "../../src/gpu/device/kernel.ts";
import { submit } from "../../src/gpu/device/recorder.ts";
import { shuffle, tally } from "../../src/gpu/generated/shaders.ts";
import { createShuffleSamples, shuffleGrid } from "../../src/gpu/kernels/shuffle.ts";
import { createTallyBlocks, tallyGrid } from "../../src/gpu/kernels/tally.ts";
import { inSpan, inStage, Profiler } from "../../src/gpu/profile/profiler.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { trainNetworks } from "../../src/train/trainer.ts";
import { allocate, upload, uploadUniforms } from "../support/arrays.ts";
import { testGpu } from "../support/gpu.ts";
import { tinyDataset } from "../support/tiny-study.ts";
import { watchBuffers } from "../support/watched-buffers.ts";

const adapterName = process.env["GPU_IMPORTANCE_TEST_ADAPTER"] || undefined;

async function profiledGpu() {
  const profiler = new Profiler({ trace: true });
  return { profiler, gpu: await testGpu({ defaultLimits: true, profiler }) };
}

const SAMPLES = 70;

/** Two kernels of one dispatch each, that have nothing to do with each other. */
async function twoKernels(gpu: GpuContext) {
  const order = allocate(gpu, "order", "u32", [2, SAMPLES]);
  const keys = upload(
    gpu,
    "keys",
    "u32",
    [2, 8],
    Uint32Array.from({ length: 16 }, (_, at) => 77 * at),
  );
  const permutation = uploadUniforms(gpu, shuffle, "Permutation", [{ samples: SAMPLES, half_bits: 4 }]);
  const shuffled = (await createShuffleSamples(gpu)).bind({ permutation, round_keys: keys, order });
  const sizes = { first: 0, count: SAMPLES, slab_rows: 128, lanes: 4, classes: 3, first_job: 0, blocks: 2 };
  const right = allocate(gpu, "right", "u32", [1, 4]);
  const tallied = (await createTallyBlocks(gpu)).bind({
    range: uploadUniforms(gpu, tally, "Range", [sizes]),
    logits: upload(
      gpu,
      "logits",
      "f32",
      [1, 128, 4],
      Float32Array.from({ length: 512 }, (_, at) => (at * 7) % 11),
    ),
    labels: upload(
      gpu,
      "labels",
      "u32",
      [SAMPLES],
      Uint32Array.from({ length: SAMPLES }, (_, at) => at % 3),
    ),
    right,
    losses: allocate(gpu, "losses", "f32", [1, 2]),
  });
  const encode = {
    shuffle: (to: Parameters<BoundKernel["encode"]>[0]) => shuffled.encode(to, shuffleGrid(SAMPLES, 2)),
    tally: (to: Parameters<BoundKernel["encode"]>[0]) => tallied.encode(to, tallyGrid(SAMPLES, 1)),
  };
  return { order, right, encode };
}

/** Submits of three dispatches of one kernel and two of the other. */
async function work(gpu: GpuContext, submits: number) {
  const { order, right, encode } = await twoKernels(gpu);
  for (let at = 0; at < submits; at++) {
    submit(gpu, "both", (to) => {
      for (const one of [encode.shuffle, encode.shuffle, encode.tally, encode.shuffle, encode.tally]) one(to);
    });
    if (at % 3 === 2) await gpu.finished();
  }
  return [...(await read(gpu, order)), ...(await read(gpu, right))];
}

/** What training yields: other weights at once if a dispatch were lost, repeated or out of order. */
async function trained(gpu: GpuContext) {
  using split = uploadSplit(gpu, "train", tinyDataset.train, tinyDataset.features, tinyDataset.classes);
  const shape = studyShape(tinyDataset, { hidden: [5, 4] });
  const rates = { learningRate: 0.01, l2: 1e-4 };
  const options = { shape, activation: "tanh" as const, seed: 3, epochs: 2, batchSize: 16, ...rates };
  return await trainNetworks(gpu, split, [0, 1], options);
}

describe("a profiler", () => {
  test("counts every dispatch with its cost, the first ones by themselves", async () => {
    const { profiler, gpu } = await profiledGpu();
    await inStage(gpu, "train", () => work(gpu, 10));
    const { timing, stages } = await profiler.profile("test", gpu.facts, null);
    expect(timing).toMatchObject({ source: "timestamp-query", submits: 10, invalidPasses: 0, unreadSubmits: 0 });
    expect(stages.map(({ stage }) => stage)).toEqual(["train"]);
    const { kernels, works, undividedMs, gpuMs, wallMs, gapMs } = stages[0]!;
    const found = kernels.map(({ label, dispatches, firstUse, operations }) => {
      return { label, dispatches, first: firstUse.dispatches, perDispatch: operations / dispatches };
    });
    expect(found.sort((a, b) => a.label.localeCompare(b.label))).toEqual([
      { label: "shuffle.shuffle_samples", dispatches: 29, first: 1, perDispatch: 2 * 256 * 8 * 12 },
      { label: "tally.tally_blocks", dispatches: 19, first: 1, perDispatch: SAMPLES * (4 * 3 + 4) },
    ]);
    expect(works).toEqual([{ label: "both", submits: 10, gpuMs: expect.closeTo(gpuMs) }]);
    expect(undividedMs).toBe(0);
    const inKernels = kernels.reduce((sum, kernel) => sum + kernel.gpuMs! + kernel.firstUse.gpuMs, 0);
    expect(inKernels).toBeCloseTo(gpuMs);
    expect(gpuMs).toBeGreaterThan(0);
    expect(gpuMs).toBeLessThan(wallMs); // a device cannot be at work for longer than the stage lasts
    expect(gapMs).toBeCloseTo(wallMs - gpuMs);
  });

  test("changes no result", async () => {
    const { gpu } = await profiledGpu();
    const plain = await testGpu();
    expect(await work(gpu, 4)).toEqual(await work(plain, 4));
    expect(await trained(gpu)).toEqual(await trained(plain));
  });

  test("times kernels that share a submit apart, and passes in order", async () => {
    const { profiler, gpu } = await profiledGpu();
    await inStage(gpu, "train", () => work(gpu, 10));
    const { stages, passes, leftOut } = await profiler.trace();
    expect(leftOut).toBe(0);
    expect(passes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["shuffle.shuffle_samples", "tally.tally_blocks"]),
    );
    expect(passes.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(50);
    const [stage] = stages;
    let end = stage!.startMs;
    for (const pass of passes) {
      expect(pass.startMs).toBeGreaterThanOrEqual(end - 1e-6); // as milliseconds round
      expect(pass.endMs).toBeGreaterThanOrEqual(pass.startMs);
      end = pass.endMs;
    }
    expect(end).toBeLessThanOrEqual(stage!.endMs);
  });

  test("uses its buffers again, and counts those of others while they live", async () => {
    const { profiler, gpu } = await profiledGpu();
    const first = allocate(gpu, "first", "f32", [1000]);
    first.destroy();
    first.destroy(); // twice does not count twice
    const second = allocate(gpu, "second", "f32", [600]);
    const third = allocate(gpu, "third", "f32", [500]);
    const { peakGpuBytes } = await profiler.profile("test", gpu.facts, null);
    expect(peakGpuBytes).toBe(4400);
    second.destroy();
    third.destroy();
    using buffers = watchBuffers(gpu);
    await work(gpu, 3);
    const made = buffers.staging.filter((label) => label === "timestamps").length;
    await work(gpu, 60);
    expect(buffers.staging.filter((label) => label === "timestamps").length).toBeLessThanOrEqual(Math.max(made, 3));
  });

  test("tells the host's work in each stage, whether it fails or not", async () => {
    const { profiler, gpu } = await profiledGpu();
    await inStage(gpu, "measure", async () => {
      inSpan(gpu, "sum", () => 1 + 1);
      await inSpan(gpu, "wait", async () => undefined);
      await inSpan(gpu, "wait", () => Promise.reject(new Error("late"))).catch(() => undefined);
      expect(() =>
        inSpan(gpu, "sum", () => {
          throw new Error("at once");
        }),
      ).toThrow("at once");
    });
    const { stages } = await profiler.profile("test", gpu.facts, null);
    const counts = stages[0]!.spans.map(({ name, count }) => [name, count]);
    expect(Object.fromEntries(counts)).toEqual({ sum: 2, wait: 2 });
  });
});

describe("an adapter without timestamps", () => {
  async function untimedGpu() {
    const { adapter, facts } = await openAdapter({ name: adapterName });
    const features = new Set([...adapter.features].filter((name) => name !== "timestamp-query"));
    const without = new Proxy(adapter, {
      get(target, key) {
        if (key === "features") return features;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const profiler = new Profiler({ trace: true });
    return { profiler, gpu: await createContext(without, facts, { defaultLimits: true, profiler }) };
  }

  test("has times of submits, divided where they hold one kernel, and says so", async () => {
    const { profiler, gpu: opened } = await untimedGpu();
    using gpu = opened;
    const { encode } = await twoKernels(gpu);
    await inStage(gpu, "train", async () => {
      for (let at = 0; at < 3; at++) submit(gpu, "alone", (to) => encode.tally(to));
      for (let at = 0; at < 2; at++) {
        submit(gpu, "both", (to) => {
          encode.shuffle(to);
          encode.tally(to);
        });
      }
      await gpu.finished();
    });
    const { timing, stages } = await profiler.profile("test", gpu.facts, null);
    expect(timing).toMatchObject({ source: "wall-time", resolutionNs: null, passCostMs: null, submits: 5, passes: 5 });
    const { kernels, works, gpuMs, undividedMs } = stages[0]!;
    expect(works.map(({ label, submits }) => [label, submits])).toEqual([
      ["alone", 3],
      ["both", 2],
    ]);
    expect(Object.fromEntries(kernels.map(({ label, dispatches }) => [label, dispatches]))).toEqual({
      "shuffle.shuffle_samples": 2,
      "tally.tally_blocks": 5,
    });
    expect(kernels.every(({ gpuMs: own }) => own === null)).toBe(true);
    expect(undividedMs).toBeCloseTo(gpuMs);
    const { passes } = await profiler.trace();
    expect(passes.map(({ name }) => name)).toEqual([
      ...Array(3).fill("tally.tally_blocks"),
      ...Array(2).fill("shuffle.shuffle_samples + tally.tally_blocks"),
    ]);
  });
});

test("submits of a device that goes away are counted as missing", async () => {
  const { adapter, facts } = await openAdapter({ name: adapterName });
  const profiler = new Profiler();
  const gpu = await createContext(adapter, facts, { defaultLimits: true, profiler });
  const { encode } = await twoKernels(gpu);
  submit(gpu, "done", (to) => encode.tally(to));
  await gpu.finished();
  submit(gpu, "lost", (to) => encode.tally(to));
  gpu[Symbol.dispose]();
  const { timing } = await profiler.profile("test", facts, null);
  expect(timing.submits + timing.unreadSubmits).toBe(2);
  expect(timing.unreadSubmits).toBeGreaterThan(0);
});
