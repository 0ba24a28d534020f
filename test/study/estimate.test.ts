/** What a study is said to take before it begins. */
import { describe, expect, test } from "vitest";
import { workLines } from "../../src/cli/display/work-text.ts";
import { ablationModes } from "../../src/core/ablation.ts";
import type { ProgressEvent } from "../../src/core/progress.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { studyEstimates } from "../../src/estimate.ts";
import { lineThrough, type PartEstimate } from "../../src/estimate-trial.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { runStudy } from "../../src/study/study.ts";
import { testGpu } from "../support/gpu.ts";
import { withGuessedPace } from "../support/limited-device.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const devices = new Devices(withGuessedPace(await testGpu()));
/** Ten milliseconds from one look to the next. */
function steadyClock(): () => number {
  let now = 0;
  return () => {
    now += 10;
    return now;
  };
}

const amounts = (estimates: readonly PartEstimate[]) =>
  Object.fromEntries(estimates.map((one) => [one.part, one.amount]));

test("the evaluations of curves and single removals are those that the study reports", async () => {
  for (const singles of [undefined, 3, "none"] as const) {
    const config = { ...tinyConfig, ...(singles !== undefined && { singles }) };
    const events: ProgressEvent[] = [];
    const clock = () => performance.now();
    await runStudy(devices, tinyDataset, config, clock, { onProgress: (event) => events.push(event) });
    const estimates = amounts(await studyEstimates(devices, tinyDataset, config, clock));
    const last = (stage: string) => events.findLast((event) => event.stage === stage)!;
    expect(estimates["train"]).toBe(last("train").total);
    expect(estimates["curves"]! + (estimates["singles"] ?? 0)).toBe(last("ablate").total);
    const neurons = { all: 12, 3: 6, none: undefined }[singles ?? "all"];
    expect(estimates["singles"]).toBe(neurons && 2 * 2 * (neurons + 2));
  }
});

test("so are those of modes that are fitted, and of neurons that are rebuilt", async () => {
  const config = { ...tinyConfig, modes: ablationModes };
  const events: ProgressEvent[] = [];
  const clock = () => performance.now();
  await runStudy(devices, tinyDataset, config, clock, { onProgress: (event) => events.push(event) });
  const { fit, curves, rebuild, singles } = amounts(await studyEstimates(devices, tinyDataset, config, clock));
  const last = events.findLast(({ stage }) => stage === "ablate")!;
  expect(fit! + curves! + rebuild! + singles!).toBe(last.total);
  expect(last.done).toBeCloseTo(last.total, 6);
  expect(3 * rebuild!).toBe(2 * curves!);
});

test("more networks, epochs and curves take as much longer", async () => {
  const small = await studyEstimates(devices, tinyDataset, tinyConfig, steadyClock());
  const more = { ...tinyConfig, repeats: 4, randomDraws: 10 };
  const large = await studyEstimates(devices, tinyDataset, more, steadyClock());
  const ratios = small.map(({ part, milliseconds }, index) => [part, large[index]!.milliseconds / milliseconds]);
  const { curves, singles } = Object.fromEntries(ratios);
  expect(curves).toBeCloseTo(2 * (16 / 8), 6);
  expect(singles).toBeCloseTo(2, 6);
});

test("measuring takes longer by the permutations of Shapley values", async () => {
  const measuringOf = async (change: object) => {
    const config = { ...tinyConfig, hidden: [12, 10], ...change };
    const [, measure] = await studyEstimates(devices, tinyDataset, config, steadyClock());
    return measure!.milliseconds;
  };
  const without = await measuringOf({ measures: ["entropy"] });
  const measures = ["entropy", "shapley-mean"];
  const some = (await measuringOf({ measures, shapleyDraws: 40 })) - without;
  const more = (await measuringOf({ measures, shapleyDraws: 120 })) - without;
  const both = (await measuringOf({ measures: [...measures, "shapley-zero"], shapleyDraws: 40 })) - without;
  expect(some).toBeGreaterThan(0);
  expect(more / some).toBeCloseTo(3, 6);
  const inNetwork = await measuringOf({ measures: ["entropy", "shapley-network-mean"], shapleyDraws: 40 });
  expect(inNetwork).toBeGreaterThan(without);
  // The steady clock does not see that a trial of both does twice as much.
  expect(both / some).toBeCloseTo(1, 6);
});

test("measuring takes longer by pairs of neurons that are counted, for each network", async () => {
  const measuringOf = async (change: object) => {
    const [, measure] = await studyEstimates(devices, tinyDataset, { ...tinyConfig, ...change }, steadyClock());
    return measure!.milliseconds;
  };
  const ofTwo = (await measuringOf({ pairs: "layers", repeats: 2 })) - (await measuringOf({ repeats: 2 }));
  const ofEight = (await measuringOf({ pairs: "layers", repeats: 8 })) - (await measuringOf({ repeats: 8 }));
  expect(ofTwo).toBeGreaterThan(0);
  expect(ofEight / ofTwo).toBeCloseTo(4, 6);
});

test("measuring takes longer by groups of neurons, for each network", async () => {
  const measuringOf = async (change: object) => {
    const [, measure] = await studyEstimates(devices, tinyDataset, { ...tinyConfig, ...change }, steadyClock());
    return measure!.milliseconds;
  };
  const ofTwo = (await measuringOf({ groups: 3, repeats: 2 })) - (await measuringOf({ repeats: 2 }));
  const ofEight = (await measuringOf({ groups: 3, repeats: 8 })) - (await measuringOf({ repeats: 8 }));
  expect(ofTwo).toBeGreaterThan(0);
  expect(ofEight / ofTwo).toBeCloseTo(4, 6);
});

test("searches for sequences are a part of their own, which blocks of greedy removals make shorter", async () => {
  const measures = ["entropy", "greedy-zero", "fisher-quadratic-mean"];
  const estimated = async (changes: Partial<StudyConfig>) => {
    const all = await studyEstimates(devices, tinyDataset, { ...tinyConfig, measures, ...changes }, steadyClock());
    return all.find(({ part }) => part === "search");
  };
  const one = await estimated({});
  expect(one).toMatchObject({ amount: 2, unit: "networks" });
  const greedy = await estimated({ measures: ["greedy-zero"] });
  const quadratic = await estimated({ measures: ["fisher-quadratic-mean"] });
  expect(one!.milliseconds).toBeCloseTo(greedy!.milliseconds + quadratic!.milliseconds, 6);
  // 12 neurons: 12 steps, or 4, which are half as long on average, and at least one.
  const inBlocks = await estimated({ measures: ["greedy-zero"], greedyBlock: 3 });
  expect(greedy!.milliseconds / inBlocks!.milliseconds).toBeCloseTo(13 / 5, 6);
  expect(await estimated({ measures: ["entropy"] })).toBeUndefined();
});

test("rankings that are computed anew are a part of the searches, which more removals at once make shorter", async () => {
  const estimated = async (changes: Partial<StudyConfig>) => {
    const config = { ...tinyConfig, measures: ["entropy"], scopes: ["layers"] as const, ...changes };
    const all = await studyEstimates(devices, tinyDataset, config, steadyClock());
    return all.find(({ part }) => part === "search")?.milliseconds;
  };
  expect(await estimated({})).toBeUndefined();
  const one = (await estimated({ remeasure: 1 }))!;
  // Layers of 7 and 5 neurons: 12 rounds, or 3 and 2; of the whole network 12, in which it shrinks.
  expect(one / (await estimated({ remeasure: 3 }))!).toBeCloseTo(12 / 5, 6);
  expect((await estimated({ remeasure: 1, scopes: ["layers", "network"] }))! / one).toBeCloseTo(1 + 6.5 / 12, 6);
  // Two modes, and a measure by gradients that takes a pass of its own.
  expect(one / (await estimated({ remeasure: 1, modes: ["mean"] }))!).toBeCloseTo(2, 6);
  expect((await estimated({ remeasure: 1, measures: ["entropy", "taylor"] }))! / one).toBeCloseTo(2, 6);
  expect(await estimated({ remeasure: 1, hidden: [12, 10], measures: ["shapley-mean"] })).toBeGreaterThan(one);
});

test("a study that does not fit the memory is refused before anything is tried", async () => {
  const without = new Devices({ ...devices.current, memoryBytes: 1000 });
  await expect(studyEstimates(without, tinyDataset, tinyConfig, steadyClock())).rejects.toThrow(/not enough memory/);
});

test("a line goes through its points, and neither beginning nor sample takes less than nothing", () => {
  expect(lineThrough({ samples: 10, ms: 7 }, { samples: 20, ms: 9 })).toEqual({ fixed: 5, each: 0.2 });
  expect(lineThrough({ samples: 10, ms: 9 }, { samples: 20, ms: 7 })).toEqual({ fixed: 7, each: 0 });
  expect(lineThrough({ samples: 10, ms: 1 }, { samples: 20, ms: 9 })).toEqual({ fixed: 0, each: 0.8 });
  expect(lineThrough({ samples: 20, ms: 8 }, { samples: 20, ms: 8 })).toEqual({ fixed: 0, each: 0.4 });
});

describe("what is said", () => {
  const parts: PartEstimate[] = [
    { part: "train", amount: 100, unit: "epochs", milliseconds: 43_000 },
    { part: "measure", amount: 5, unit: "networks", milliseconds: 900 },
    { part: "curves", amount: 416, unit: "evaluations", milliseconds: 200_000 },
    { part: "singles", amount: 5504, unit: "evaluations", milliseconds: 6_000_000 },
  ];

  test("has a line for each part and one for all, and says how singles become fewer where they are most", () => {
    expect(workLines(parts)).toEqual([
      "work:    training         100 epochs         about 40 s",
      "         measuring        5 networks         under 10 s",
      "         curves           416 evaluations    about 3.5 min",
      "         single removals  5,504 evaluations  about 1.5 h",
      "         in all about 1.5 h: an estimate, from short trials on this adapter",
      "note:    93 % of the evaluations are single removals; --singles 100 or none makes fewer",
    ]);
    expect(workLines(parts.slice(0, 3)).join()).not.toContain("singles");
  });
});
