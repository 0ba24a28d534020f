/** Two trainings of the list beside each other. */
import { describe, expect, test } from "vitest";
import type { EarlierTraining, LabSettings } from "../../../../web/engine/protocol.ts";
import { configOf } from "../../../../web/engine/settings.ts";
import { comparedPair, differences, meanCurve, spreadOf } from "../../../../web/ui/state/compared-trainings.ts";
import { initialState } from "../../../../web/ui/state/lab-state.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { madeUpDataset, madeUpStudy } from "../../support/made-up-study.ts";

const empty = initialState(settingTexts(defaultSettings));

/** A training of the list. @param factor of all its losses */
function listed(number: number, settings: LabSettings, factor: number): EarlierTraining {
  const { repeats } = madeUpStudy(settings);
  const curves = repeats.map(({ repeat, trainLoss }) => ({
    repeat,
    loss: trainLoss.map((loss) => factor * loss + repeat),
    accuracy: trainLoss.map(() => 0.5 + repeat / 10),
  }));
  return {
    id: `training-${number}`,
    number,
    name: "",
    started: `2026-02-0${number}T10:00:00.000Z`,
    config: configOf(settings, "mnist"),
    dataset: madeUpDataset,
    training: { epochs: settings.epochs, epochsDone: settings.epochs, repeats: curves },
    repeats,
    isWhole: true,
    isKept: true,
    elsewhere: false,
    bytes: 1e6,
  };
}

const settings: LabSettings = { ...defaultSettings, hidden: [6], repeats: 2, epochs: 3 };
const other: LabSettings = { ...settings, activation: "relu", noisyLabels: 20, seed: 4 };
const both = { trainings: [listed(1, settings, 1), listed(2, other, 2)] };

describe("trainings of the list", () => {
  test("are the two newest beside each other, or those that are chosen and still there", () => {
    const trainings = [...both.trainings, listed(3, settings, 1)];
    const numbers = (compared: readonly [first?: string, second?: string], of = trainings) =>
      comparedPair({ ...empty, trainings: of, view: { ...empty.view, compared } })?.map(({ number }) => number);
    expect(numbers([])).toEqual([2, 3]);
    expect(numbers(["training-1"])).toEqual([1, 3]);
    expect(numbers(["training-3", "training-1"])).toEqual([3, 1]);
    expect(numbers(["training-1", "training-2"], trainings.slice(1))).toEqual([2, 2]);
    expect(numbers([], trainings.slice(2))).toBeUndefined();
  });

  test("differ in the settings that are named, and in their data", () => {
    const [first, second] = both.trainings as [(typeof both.trainings)[0], (typeof both.trainings)[0]];
    expect(differences(first, second)).toEqual([
      { name: "Activation", values: ["sigmoid", "relu"] },
      { name: "Seed", values: ["0", "4"] },
      { name: "Wrong labels, %", values: ["0", "20"] },
    ]);
    expect(differences(first, first)).toEqual([]);
    const elsewhere = { ...first, dataset: { ...first.dataset, name: "other", sha256: "1".repeat(64) } };
    expect(differences(first, elsewhere)).toEqual([{ name: "Data", values: ["mnist", "other"] }]);
  });

  test("have curves that are the means of their repeats, as far as all of them go", () => {
    const second = both.trainings[1]!;
    const losses = madeUpStudy(other).repeats[0]!.trainLoss;
    expect(meanCurve(second, "loss")).toEqual(losses.map((loss) => (2 * loss + (2 * loss + 1)) / 2));
    meanCurve(second, "accuracy").forEach((accuracy) => {
      expect(accuracy).toBeCloseTo(0.55, 12);
    });
    const [one, two] = second.training.repeats as [
      (typeof second.training.repeats)[0],
      (typeof second.training.repeats)[0],
    ];
    const uneven = {
      ...second,
      training: { ...second.training, repeats: [one, { ...two, loss: two.loss.slice(0, 2) }] },
    };
    expect(meanCurve(uneven, "loss")).toHaveLength(2);
    expect(spreadOf([3, 1, 2])).toEqual({ mean: 2, least: 1, most: 3 });
    expect(spreadOf([])).toBeUndefined();
  });
});
