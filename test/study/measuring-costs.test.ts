/** What the evidence of measures is said to cost. */
import { expect, test } from "vitest";
import { Devices } from "../../src/gpu/device/devices.ts";
import { MeasuringCosts } from "../../src/study/measuring-costs.ts";
import { runStudy } from "../../src/study/study.ts";
import { testGpu } from "../support/gpu.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();

test("times of the same work add up, over all networks that it was done for", async () => {
  let now = 0;
  const costs = new MeasuringCosts(() => now);
  const work = (ms: number) => async () => {
    now += ms;
    return ms;
  };
  expect(await costs.timed({ of: ["taylor", "fisher"], repeats: [0, 1] }, work(5))).toBe(5);
  await costs.timed({ of: ["greedy_zero"], repeats: [0] }, work(40));
  await costs.timed({ of: ["taylor", "fisher"], repeats: [1, 2] }, work(2));
  expect(costs.list()).toEqual([
    { of: ["taylor", "fisher"], networks: 3, elapsedMs: 7 },
    { of: ["greedy_zero"], networks: 1, elapsedMs: 40 },
  ]);
});

test("a study tells it of all evidence once, with all measures and orders that needed it", async () => {
  const measures = ["entropy", "in-norm", "taylor", "conductance", "single-zero", "shapley-mean", "greedy-zero"];
  const config = { ...tinyConfig, measures, randomDraws: 0, singles: "none", remeasure: 6, modes: ["zero"] } as const;
  let now = 0;
  const { costs } = await runStudy(new Devices(gpu), tinyDataset, config, () => now++);
  expect(costs.map(({ of }) => of)).toEqual([
    ["entropy", "taylor"],
    ["conductance"],
    ["single_zero"],
    ["shapley_mean"],
    ["greedy_zero"],
    ["entropy_remeasured_zero", "in_norm_remeasured_zero"],
    ["taylor_remeasured_zero"],
    ["conductance_remeasured_zero"],
    ["single_zero_remeasured_zero"],
  ]);
  for (const { networks, elapsedMs } of costs) {
    expect(networks).toBe(config.repeats);
    expect(elapsedMs).toBeGreaterThan(0);
  }
});
