/** What a bench does before it times: a kernel that computes wrongly is named and not timed. */
import { describe, expect, test } from "vitest";
import { requireAgreement } from "../../src/bench/agreement.ts";
import { benchRow } from "../../src/bench/bench-row.ts";
import { benchEvidence } from "../../src/bench/evidence-bench.ts";
import { benchLevels } from "../../src/bench/levels-bench.ts";
import { watchMemory } from "../../src/bench/live-memory.ts";
import { material, repeatedSplit } from "../../src/bench/material.ts";
import { benchPairs } from "../../src/bench/pairs-bench.ts";
import { timeProduct } from "../../src/bench/product.ts";
import { timingOf } from "../../src/bench/timing.ts";
import { checkTraining } from "../../src/bench/train-bench.ts";
import { RunError } from "../../src/core/errors.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { allocate } from "../support/arrays.ts";
import { testGpu } from "../support/gpu.ts";

const gpu = await testGpu();
const clock = () => performance.now();

/** The device, with shaders whose text is changed. */
function withShader(from: string, to: string): GpuContext {
  const device = new Proxy(gpu.device, {
    get(target, name) {
      if (name === "createShaderModule") {
        return (module: GPUShaderModuleDescriptor) => {
          if (!module.code.includes(from)) return target.createShaderModule(module);
          return target.createShaderModule({ ...module, code: module.code.replaceAll(from, to) });
        };
      }
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...gpu, device };
}

describe("the check before a timing", () => {
  test("passes what is within the bound and names the kernel, the place and the fix of what is not", () => {
    const right = { kernel: "forward.forward_layer", got: [1, 2], want: [1, 2.5] };
    expect(() => requireAgreement(gpu, { ...right, bound: 0.5 })).not.toThrow();
    expect(() => requireAgreement(gpu, { ...right, bound: [0, 0.5] })).not.toThrow();
    const wrong = () => requireAgreement(gpu, { ...right, bound: [0.5, 0.4] });
    expect(wrong).toThrow(RunError);
    for (const part of ["forward.forward_layer computes wrongly", "2.5 within 4.0e-1", "2 at 1", "doctor"]) {
      expect(wrong).toThrow(part);
    }
  });

  test("takes no NaN, and no array of another length", () => {
    const given = { kernel: "k", bound: Number.POSITIVE_INFINITY };
    expect(() => requireAgreement(gpu, { ...given, got: [Number.NaN], want: [1] })).toThrow("NaN at 0");
    expect(() => requireAgreement(gpu, { ...given, got: [1], want: [1, 1] })).toThrow("2 values");
  });

  test("finds a product that leaves out its last terms, and takes the right one", async () => {
    const shape = { networks: 2, samples: 5, inputs: 37, units: 6 };
    const { cost, timing } = await timeProduct(gpu, clock, shape, 1);
    expect(timing.runs).toBe(1);
    // 2 x 5 x 37 x 6 multiply-adds a network; rows of 40 inputs and 8 outputs, 4 bytes each
    expect(cost).toEqual({ operations: 2 * 2 * 5 * 37 * 6, bytes: 4 * 2 * ((5 + 6) * 40 + 5 * 8) });
    const broken = withShader("i < layer.input_quads", "i < layer.input_quads - 1u");
    await expect(timeProduct(broken, clock, shape, 1)).rejects.toThrow("forward.forward_layer computes wrongly");
  });

  test("finds evidence that is wrong, by the measure that it spoils, and takes the right one", async () => {
    const options = { hidden: [5, 4], activation: "sigmoid", repeats: 2, samples: 20, runs: 1, budgetMs: 0 } as const;
    const ceilings = { gflops: 10, gbps: 100 };
    const rows = await benchEvidence(gpu, clock, options, ceilings);
    expect(rows.map(({ label }) => label)).toContain("evidence.together");
    const broken = withShader("beyond_linear(m - d, power)", "0.9 * beyond_linear(m - d, power)");
    const found = "evidence.removals, single-zero computes wrongly, so it is not timed";
    await expect(benchEvidence(broken, clock, options, ceilings)).rejects.toThrow(found);
  });

  test("finds levels that are one too low, and a range without its least output, and takes the right ones", async () => {
    const options = { units: 3, repeats: 2, samples: 33, runs: 1 };
    const ceilings = { gflops: 10, gbps: 100 };
    const rows = await benchLevels(gpu, clock, options, ceilings);
    // 4 bytes: an output a sample, two ends; edges, counts of ten classes, and labels once for all networks
    const bytes = [4 * 6 * (33 + 2), ...[16, 256].map((levels) => 4 * (6 * (33 + levels - 1 + 10 * levels) + 33))];
    for (const [index, { gbps, medianMs }] of rows.entries()) {
      expect(gbps! * medianMs * 1e6).toBeCloseTo(bytes[index]!, 6);
    }
    const low = withShader("let label = labels", "level -= min(level, 1u); let label = labels");
    await expect(benchLevels(low, clock, options, ceilings)).rejects.toThrow("levels.count_levels computes wrongly");
    const narrow = withShader("let rows = min(STRIP, chunk.count - first);", "let rows = 1u;");
    await expect(benchLevels(narrow, clock, options, ceilings)).rejects.toThrow(
      "levels.find_extremes computes wrongly",
    );
  });

  test("finds pairs that are counted in the wrong class, and a bare loop that skips a round, and takes the right ones", async () => {
    const options = { units: 5, repeats: 2, samples: 70, runs: 1 };
    const ceilings = { gflops: 10, gbps: 100 };
    const [bare, row] = await benchPairs(gpu, clock, options, ceilings);
    // Of one run the fastest is the median.
    expect(bare!.shareOfCeiling).toBeCloseTo(1, 9);
    const popcounts = (ms: number, count: number) => count / ms;
    const reached = popcounts(row!.medianMs, 2 * 10 * 10 * 3) / popcounts(bare!.medianMs, 2 ** 12 * 256 * 16);
    expect(row!.shareOfCeiling).toBeCloseTo(reached, 9);
    const mixed = withShader("let class_at = label * tile.words", "let class_at = 0u * label");
    await expect(benchPairs(mixed, clock, options, ceilings)).rejects.toThrow("pairs.count_pairs computes wrongly");
    const fewer = withShader("var round = 0u; round", "var round = 2u; round");
    await expect(benchPairs(fewer, clock, options, ceilings)).rejects.toThrow("popcount.count_bits computes wrongly");
  });

  test("finds training that leaves out the L2 term, and takes the right one", async () => {
    await checkTraining(gpu, [5, 4], "sigmoid");
    const broken = withShader("* batch.l2", "* 0.0 * batch.l2");
    await expect(checkTraining(broken, [5, 4], "sigmoid")).rejects.toThrow("training (forward, backward");
  });
});

describe("a row", () => {
  const ceilings = { gflops: 10, gbps: 100 };

  test("states the share of the nearer ceiling", () => {
    const timing = timingOf([2]);
    // 8e6 operations in 2 ms are 4 GFLOP/s, 40 % of 10; 1.2e8 bytes are 60 GB/s, 60 % of 100.
    const row = benchRow("k", "s", timing, { operations: 8e6, bytes: 1.2e8 }, ceilings);
    expect(row).toMatchObject({ gflops: 4, gbps: 60, shareOfCeiling: 0.6 });
    expect(benchRow("k", "s", timing, { operations: 8e6 }, ceilings)).toMatchObject({
      gbps: null,
      shareOfCeiling: 0.4,
    });
    expect(benchRow("k", "s", timing, {}, ceilings)).toMatchObject({ gflops: null, shareOfCeiling: null });
  });
});

test("the most memory is that of the buffers that exist at once", () => {
  using memory = watchMemory(gpu);
  const [first, second] = [16, 32].map((length) => allocate(gpu, "a", "f32", [length]));
  first!.destroy();
  first!.destroy();
  const third = allocate(gpu, "b", "f32", [8]);
  expect(memory.peakBytes).toBe(4 * (16 + 32));
  for (const array of [second!, third]) array.destroy();
  allocate(gpu, "c", "f32", [100]).destroy();
  expect(memory.peakBytes).toBe(400);
});

test("a repeated split begins again where it ends", () => {
  const { train } = material(3, 2, 5, 2);
  const repeated = repeatedSplit(train, 12);
  expect(repeated.count).toBe(12);
  expect([...repeated.labels]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1].map((sample) => sample % 2));
  expect(repeated.inputs.slice(15, 36)).toEqual(Uint8Array.of(...train.inputs, ...train.inputs.slice(0, 6)));
});
