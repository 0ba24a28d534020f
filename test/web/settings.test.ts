/** The lab's settings give the study that the command line makes of the same options, or are refused by name. */
import { expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { studyDefaults } from "../../src/core/study-defaults.ts";
import type { LabSettings } from "../../web/engine/protocol.ts";
import { configOf } from "../../web/engine/settings.ts";

const defaults: LabSettings = { ...studyDefaults, noisyLabels: 0, bits: 1, bins: "equal-width", singles: "all" };

test("the defaults are the command line's", () => {
  const measures = ["entropy", "mutual-information", "kl-selectivity"];
  expect(configOf(defaults, "mnist")).toEqual({ ...studyDefaults, measures });
});

test("more than one bit is a part of the configuration, one bit is the absence of it", () => {
  expect(configOf({ ...defaults, bits: 3, bins: "equal-frequency" }, "mnist")).toMatchObject({
    bits: 3,
    bins: "equal-frequency",
  });
  expect(configOf({ ...defaults, bins: "equal-frequency" }, "mnist")).toEqual(configOf(defaults, "mnist"));
});

test("percent of wrong labels are a share of the configuration, none is the absence of it", () => {
  expect(configOf({ ...defaults, noisyLabels: 7 }, "mnist")).toMatchObject({ noisyLabels: 0.07 });
  expect(configOf(defaults, "mnist")).not.toHaveProperty("noisyLabels");
});

test("all neurons removed alone are the absence of it in the configuration", () => {
  expect(configOf(defaults, "mnist")).not.toHaveProperty("singles");
  for (const singles of ["none", 5] as const)
    expect(configOf({ ...defaults, singles }, "mnist")).toMatchObject({ singles });
});

test.each<[string, Partial<LabSettings>]>([
  ["hidden", { hidden: [] }],
  ["hidden", { hidden: [10, 0] }],
  ["hidden", { hidden: [4097] }],
  ["activation", { activation: "step" as "relu" }],
  ["epochs", { epochs: 0 }],
  ["epochs", { epochs: Number.NaN }],
  ["repeats", { repeats: 1.5 }],
  ["seed", { seed: -1 }],
  ["batch size", { batchSize: 65_537 }],
  ["learning rate", { learningRate: 0 }],
  ["learning rate", { learningRate: Number.POSITIVE_INFINITY }],
  ["L2", { l2: -1 }],
  ["noisy labels", { noisyLabels: 101 }],
  ["noisy labels", { noisyLabels: 0.5 }],
  ["bits", { bits: 0 }],
  ["bits", { bits: 9 }],
  ["bins", { bins: "equal" as "equal-width" }],
  ["singles", { singles: 0 }],
])("%s is refused: %j", (name, change) => {
  expect(() => configOf({ ...defaults, ...change }, "mnist")).toThrow(UsageError);
  expect(() => configOf({ ...defaults, ...change }, "mnist")).toThrow(`${name}: this setting is out of range`);
});
