/** The plan of a study: sizes that must work within WebGPU's default limits, and the memory of runs as it was planned. */
import { describe, expect, test } from "vitest";
import { ablationModes } from "../src/core/ablation.ts";
import { RunError } from "../src/core/errors.ts";
import type { Stage } from "../src/core/progress.ts";
import type { StudyConfig } from "../src/core/study.ts";
import { summarizeDataset } from "../src/data/splits/summarize-dataset.ts";
import type { GpuContext } from "../src/gpu/device/context.ts";
import { Devices } from "../src/gpu/device/devices.ts";
import type { PlanBasis } from "../src/gpu/device/plan-basis.ts";
import { Pace } from "../src/gpu/device/submit-pace.ts";
import { type DataSize, requireRoom, type StudyPlan, studyPlan } from "../src/plan.ts";
import { runStudy } from "../src/study/study.ts";
import { testGpu } from "./support/gpu.ts";
import { withGuessedPace, withMemory } from "./support/limited-device.ts";
import { tinyConfig, tinyDataset } from "./support/tiny-study.ts";
import { watchBuffers } from "./support/watched-buffers.ts";

const MIB = 2 ** 20;

/** WebGPU's default limits (https://www.w3.org/TR/webgpu/#limits), as plans see them. */
function defaultBasis(memoryBytes: number, software: boolean): PlanBasis {
  const maxStorageBufferBindingSize = 128 * MIB;
  const limits = { maxStorageBufferBindingSize, maxBufferSize: 256 * MIB, minUniformBufferOffsetAlignment: 256 };
  return { device: { limits }, memoryBytes, pace: new Pace(software) };
}

const mnist: DataSize = { features: 784, classes: 10, train: 50_000, validation: 10_000, test: 10_000 };
const config: StudyConfig = {
  ...tinyConfig,
  hidden: [100, 100],
  randomDraws: 5,
  batchSize: 32,
  epochs: 20,
  repeats: 5,
};

const stage = ({ stages }: StudyPlan, name: Stage) => stages.find((plan) => plan.stage === name)!;
const counts = (plan: StudyPlan, name: Stage) => stage(plan, name).portions.map(({ count }) => count);

describe("within WebGPU's default limits, on MNIST", () => {
  const sizes = [
    ["50 repeats of 784-100-100-10", { repeats: 50 }],
    ["10 repeats of 784-1024-1024-10", { repeats: 10, hidden: [1024, 1024] }],
    ["200 repeats of the default network", { repeats: 200 }],
    ["10 repeats of 784-4096-4096-10, the widest", { repeats: 10, hidden: [4096, 4096] }],
    ["Shapley values of 784-1024-1024-10", { hidden: [1024, 1024], measures: ["shapley-mean"], shapleyDraws: 1000 }],
    [
      "Shapley values in a deep network",
      { hidden: [300, 300, 8], measures: ["shapley-network-mean"], shapleyDraws: 1000 },
    ],
    ["Shapley values of a deep network", { hidden: [4096, 300, 8], measures: ["shapley-zero", "shapley-mean"] }],
    ["all modes of 784-1024-1024-10", { repeats: 10, hidden: [1024, 1024], modes: ablationModes }],
    ["all modes of a deep network", { hidden: [4096, 300, 8], modes: ablationModes }],
    ["a deep network, swept by definition", { repeats: 5, hidden: [300, 300, 300, 300], sweep: "masked" }],
  ] as const;
  const devices = [false, true].flatMap((software) => [1, 16].map((gib) => ({ software, memory: gib * 1024 * MIB })));
  test.each(sizes)(
    "%s keep to the bindings and to the memory, small or large, on a GPU and in software",
    (_, changes) => {
      for (const { software, memory } of devices) {
        const plan = studyPlan(defaultBasis(memory, software), mnist, { ...config, ...changes });
        expect(() => requireRoom(plan)).not.toThrow();
        for (const { bytes, largest } of plan.stages) {
          expect(largest.bytes).toBeLessThanOrEqual(128 * MIB);
          expect(bytes).toBeLessThanOrEqual(memory);
        }
      }
    },
  );

  test("50 networks train at once on a GPU, and 800 in two groups of a size", () => {
    const basis = defaultBasis(1024 * MIB, false);
    expect(counts(studyPlan(basis, mnist, { ...config, repeats: 50 }), "train")).toEqual([50]);
    const [together] = stage(studyPlan(basis, mnist, { ...config, repeats: 800 }), "train").portions;
    // 100 x 788 floats a network in the largest array: 425 fit.
    expect(together).toEqual({ count: 400, of: 800, unit: "networks", boundBy: "binding" });
  });

  test("a step in software is kept short by smaller groups", () => {
    const [together] = stage(
      studyPlan(defaultBasis(8192 * MIB, true), mnist, { ...config, repeats: 50 }),
      "train",
    ).portions;
    expect(together).toMatchObject({ of: 50, boundBy: "time" });
    expect(together!.count).toBeGreaterThan(5);
    expect(together!.count).toBeLessThan(20);
  });
});

describe("a plan", () => {
  test("takes less at once with less memory, and says what bounds it", () => {
    const large = studyPlan(defaultBasis(4096 * MIB, false), mnist, { ...config, repeats: 50 });
    const small = studyPlan(defaultBasis(64 * MIB, false), mnist, { ...config, repeats: 50 });
    for (const name of ["train", "measure"] as const) {
      expect(stage(small, name).portions[0]!.boundBy).toBe("memory");
      expect(counts(small, name)[0]).toBeLessThan(counts(large, name)[0]!);
      expect(stage(small, name).bytes).toBeLessThanOrEqual(64 * MIB);
    }
    expect(() => requireRoom(small)).not.toThrow();
  });

  test("keeps to any memory in which one network fits", () => {
    for (let mib = 44; mib < 300; mib++) {
      const plan = studyPlan(defaultBasis(mib * MIB, false), mnist, { ...config, repeats: 200 });
      for (const { bytes } of plan.stages) expect(bytes, `${mib} MiB`).toBeLessThanOrEqual(mib * MIB);
    }
  });

  test.each([
    [40, {}, mnist, /enough memory even for one network[\s\S]*at most 42 MB[\s\S]*--memory \d+ or more/],
    [4096, {}, { ...mnist, train: 200_000 }, /train pixels cannot be in one binding[\s\S]*fewer samples/],
  ])("refuses what does not fit: %i MiB, %j, %j", (mib, changes, data, message) => {
    const plan = studyPlan(defaultBasis(mib * MIB, false), data, { ...config, ...changes });
    expect(() => requireRoom(plan)).toThrow(RunError);
    expect(() => requireRoom(plan)).toThrow(message);
  });
});

const gpu = withGuessedPace(await testGpu());

/** Runs the study, and returns what was planned and what was reached in each stage. */
async function measured(context: GpuContext, changes: Partial<StudyConfig>) {
  const all = { ...tinyConfig, epochs: 1, ...changes };
  using buffers = watchBuffers(context);
  const reached: Partial<Record<Stage, { bytes: number; largest: number }>> = {};
  const keep = async (name: Stage) => {
    reached[name] = buffers.peak();
  };
  await runStudy(new Devices(context), tinyDataset, all, () => 0, {
    onStage: keep,
  });
  return { plan: studyPlan(context, summarizeDataset(tinyDataset), all), reached };
}

describe("the memory that a study takes", () => {
  // Plan and run share the sizes of arrays; what is compared is which of them are alive at the same time.
  const cases: readonly (readonly [string, Partial<StudyConfig>])[] = [
    ["two hidden layers", {}],
    ["two hidden layers, swept by definition", { sweep: "masked" }],
    ["many levels by width, and sums", { bits: 7, bins: "equal-width", repeats: 3, measures: ["activation-variance"] }],
    ["gradients", { repeats: 3, measures: ["taylor"] }],
    ["gradients of functions whose slopes are kept", { repeats: 3, activation: "gelu", measures: ["taylor", "wanda"] }],
    ["paths and relevance", { repeats: 2, measures: ["conductance", "relevance"] }],
    ["paths where slopes are kept", { repeats: 1, activation: "gelu-tanh", measures: ["conductance"] }],
    ["neurons removed alone", { repeats: 2, hidden: [9, 7, 5], measures: ["single-zero", "logit-change-mean"] }],
    ["neurons of one layer removed alone", { repeats: 3, hidden: [9], measures: ["single-mean", "taylor"] }],
    ["sequences by products", { repeats: 1, hidden: [24, 20], measures: ["reconstruction-mean"] }],
    ["sequences by signals", { repeats: 1, measures: ["entropy", "logit-quadratic-zero"] }],
    ["sequences by signals, slopes kept", { repeats: 2, activation: "gelu", measures: ["fisher-quadratic-mean"] }],
    ["sequences within layers", { repeats: 2, scopes: ["layers"], measures: ["fisher-quadratic-mean"] }],
    ["few levels by frequency", { bits: 2, bins: "equal-frequency", hidden: [40, 5] }],
    ["three hidden layers", { hidden: [9, 30, 6], repeats: 1, stride: 3, activation: "tanh" }],
    ["all modes", { repeats: 2, hidden: [9, 7], modes: ablationModes }],
    ["constants that are searched for", { repeats: 3, modes: ["optimal"], singles: "none", scopes: ["layers"] }],
    ["one hidden layer, swept by definition", { hidden: [40], repeats: 9, activation: "gelu", sweep: "masked" }],
  ];
  test.each(cases)("is as planned: %s, %j", async (_, of) => {
    const { plan, reached } = await measured(gpu, of);
    for (const name of ["train", "measure"] as const) {
      expect({ stage: name, bytes: reached[name]!.bytes }).toEqual({ stage: name, bytes: stage(plan, name).bytes });
      expect(reached[name]!.largest).toBe(stage(plan, name).largest.bytes);
    }
    // An upper bound: the batch that takes most need not be the one that is read back.
    expect(reached.ablate!.bytes).toBeLessThanOrEqual(stage(plan, "ablate").bytes);
    expect(reached.ablate!.bytes).toBeGreaterThan(0.5 * stage(plan, "ablate").bytes);
  });

  test("is at most as planned where all removed neurons are rebuilt", async () => {
    const { plan, reached } = await measured(gpu, { repeats: 2, hidden: [30, 20], modes: ["least-squares", "merge"] });
    const { bytes, largest } = stage(plan, "ablate");
    expect(reached.ablate!.bytes).toBeLessThanOrEqual(bytes);
    expect(reached.ablate!.bytes).toBeGreaterThan(0.5 * bytes);
    expect(reached.ablate!.largest).toBeLessThanOrEqual(largest.bytes);
  });

  const sampled: readonly (readonly [string, Partial<StudyConfig>])[] = [
    ["by both modes", { repeats: 2, hidden: [12, 20], measures: ["shapley-zero", "shapley-mean"] }],
    ["in games of the network", { repeats: 2, hidden: [12, 20], measures: ["shapley-network-zero", "shapley-mean"] }],
    ["exactly, in a small network", { hidden: [5, 3], measures: ["shapley-network-mean"] }],
    ["exactly, in a deep network", { hidden: [8, 6, 7], measures: ["shapley-mean"] }],
    ["until an error is reached", { hidden: [15], measures: ["shapley-zero", "single-zero"], shapleyError: 1e-4 }],
  ];
  test.each(sampled)("is at most as planned where Shapley values are sampled %s, %j", async (_, of) => {
    const { plan, reached } = await measured(gpu, of);
    const { bytes, largest } = stage(plan, "measure");
    // An upper bound, as that of other sweeps.
    expect(reached.measure!.bytes).toBeLessThanOrEqual(bytes);
    expect(reached.measure!.bytes).toBeGreaterThan(0.5 * bytes);
    expect(reached.measure!.largest).toBeLessThanOrEqual(largest.bytes);
    const without = studyPlan(gpu, summarizeDataset(tinyDataset), { ...tinyConfig, ...of, measures: ["entropy"] });
    expect(bytes).toBeGreaterThan(1.2 * stage(without, "measure").bytes);
  });

  test("is at most as planned where a greedy search walks", async () => {
    const { plan, reached } = await measured(gpu, { repeats: 1, hidden: [9, 7, 5], measures: ["greedy-zero"] });
    const { bytes, largest } = stage(plan, "measure");
    expect(reached.measure!.bytes).toBeLessThanOrEqual(bytes);
    expect(reached.measure!.bytes).toBeGreaterThan(0.9 * bytes);
    expect(reached.measure!.largest).toBeLessThanOrEqual(largest.bytes);
  });

  test.each([300_000])("of Shapley values stays below %i bytes where there are no more", async (bytes) => {
    const shapley = { repeats: 5, hidden: [30, 8], measures: ["shapley-zero", "shapley-mean"] };
    const { plan, reached } = await measured(withMemory(gpu, bytes), shapley);
    expect(stage(plan, "measure").bytes).toBeLessThanOrEqual(bytes);
    // Of the last permutations there are fewer, which are cut into batches of other sizes.
    expect(reached.measure!.bytes).toBeLessThanOrEqual(bytes);
    expect(reached.measure!.bytes).toBeLessThanOrEqual(1.05 * stage(plan, "measure").bytes);
  });

  test.each([120_000])("stays below %i bytes where there are no more, in several groups", async (bytes) => {
    const { plan, reached } = await measured(withMemory(gpu, bytes), { repeats: 9, hidden: [30, 8] });
    const [together] = stage(plan, "train").portions;
    expect(together!.boundBy).toBe("memory");
    for (const name of ["train", "measure"] as const) {
      expect(reached[name]!.bytes).toBeLessThanOrEqual(stage(plan, name).bytes);
      expect(stage(plan, name).bytes).toBeLessThanOrEqual(bytes);
    }
  });
});
