/** What a run finds out about the machine while it runs, how fast it is and how much room there is, changes no bit. */
import { expect, test } from "vitest";
import type { Dataset } from "../../src/core/dataset.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { Pace } from "../../src/gpu/device/submit-pace.ts";
import { runStudy, type StudyOutcome } from "../../src/study/study.ts";
import { testGpu } from "../support/gpu.ts";
import { brightestPixelSplit, testRandom } from "../support/networks.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();

const random = testRandom(12);
const [FEATURES, CLASSES] = [5, 5];
/** More samples than a chunk has where all is cut: several blocks of each sum. */
const dataset: Dataset = {
  ...tinyDataset,
  features: FEATURES,
  sampleShape: [FEATURES],
  classes: CLASSES,
  train: brightestPixelSplit(random, 150, CLASSES),
  validation: brightestPixelSplit(random, 300, CLASSES),
  test: brightestPixelSplit(random, 300, CLASSES),
};

/** A device that was measured to do so many operations in a submit, as a machine under load is. */
function measuredAs(unitOperations: number): GpuContext {
  const pace = Object.assign(new Pace(gpu.facts.software), { observe() {} });
  return { ...gpu, pace: Object.defineProperty(pace, "unitOperations", { value: unitOperations }) };
}

async function outcomeOn(context: GpuContext, config: StudyConfig) {
  let plan = "";
  const onPlan = (told: object) => {
    plan = JSON.stringify(told);
  };
  const outcome = await runStudy(new Devices(context), dataset, config, () => 0, { onPlan });
  return { plan, outcome };
}

const bits = ({ elapsedMs: _, costs: __, ...outcome }: StudyOutcome) => outcome;

const three = { ...tinyConfig, repeats: 3 };

test.each([
  ["the fast sweep", three],
  ["the masked sweep", { ...three, sweep: "masked", scopes: ["layers"], randomDraws: 1 }],
  [
    "few removals evaluated, three hidden layers, ReLU",
    { ...three, hidden: [9, 7, 5], activation: "relu", stride: 10 },
  ],
  ["three bits at quantiles", { ...three, bits: 3, bins: "equal-frequency", scopes: ["network"] }],
] as const)("neither the speed that was measured nor the memory changes a bit: %s", async (_, config) => {
  const usual = await outcomeOn(gpu, config);
  const tight = [
    ["slow", measuredAs(1e5)],
    ["so slow that all is cut", measuredAs(1)],
    ["little memory", { ...gpu, memoryBytes: 300_000 }],
  ] as const;
  for (const [name, context] of tight) {
    const other = await outcomeOn(context, config);
    expect(other.plan, `${name}: is cut otherwise`).not.toBe(usual.plan);
    expect(bits(other.outcome), name).toEqual(bits(usual.outcome));
  }
});
