/** Trainings of a visit: each joins a list, and two are compared. */
import { describe, expect, test } from "vitest";
import type { LabNotice, LabSettings } from "../../../../web/engine/protocol.ts";
import { configOf } from "../../../../web/engine/settings.ts";
import { differences, meanCurve, spreadOf } from "../../../../web/ui/state/compared-trainings.ts";
import { initialState, type LabState } from "../../../../web/ui/state/lab-state.ts";
import { reduce } from "../../../../web/ui/state/reducer.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { madeUpDataset, madeUpStudy } from "../../support/made-up-study.ts";

const empty = initialState(settingTexts(defaultSettings));

/** What the worker tells of a training. @param factor of all its losses */
function told(settings: LabSettings, factor: number, dataset = madeUpDataset): LabNotice[] {
  const { repeats, neurons } = madeUpStudy(settings);
  const curves = repeats.map(({ repeat, trainLoss }) => ({
    repeat,
    loss: trainLoss.map((loss) => factor * loss + repeat),
    accuracy: trainLoss.map(() => 0.5 + repeat / 10),
  }));
  const about = { lacking: "", missing: [], warnings: [], notes: [], validationLabels: new Uint16Array() };
  const config = configOf(settings, "mnist");
  return [
    { type: "phase", phase: "training", paused: false },
    { type: "training", epochs: settings.epochs, epochsDone: settings.epochs, repeats: curves },
    { type: "study", origin: "trained", label: "", config, dataset, widths: [784, 6, 10], live: true, ...about },
    { type: "measured", repeats, neurons },
    { type: "phase", phase: "ready", paused: false },
  ];
}

const following = (state: LabState, notices: readonly LabNotice[]) =>
  notices.reduce((now, notice) => reduce(now, { type: "notice", notice }), state);
const settings: LabSettings = { ...defaultSettings, hidden: [6], repeats: 2, epochs: 3 };
const other: LabSettings = { ...settings, activation: "relu", noisyLabels: 20, seed: 4 };
const both = following(following(empty, told(settings, 1)), told(other, 2));

describe("trainings of a visit", () => {
  test("join a list in their order, and stay in it when something else is shown", () => {
    expect(both.trainings.map(({ number, config }) => [number, config.activation])).toEqual([
      [1, "sigmoid"],
      [2, "relu"],
    ]);
    const [, , study] = told(settings, 1) as [LabNotice, LabNotice, LabNotice & { type: "study" }];
    const finished = following(both, [{ ...study, origin: "finished" }]);
    expect(finished.trainings).toBe(both.trainings);
    const { neurons, repeats } = madeUpStudy(settings);
    expect(following(finished, [{ type: "measured", neurons, repeats }]).trainings).toBe(both.trainings);
  });

  test("are the last fifty", () => {
    let state = empty;
    for (let count = 0; count < 52; count++) state = following(state, told(settings, 1));
    expect(state.trainings.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => index + 3));
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
  });
});
