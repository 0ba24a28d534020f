/** What is shown before anybody asks: the training of a link, the last one that can be shown, or the finished study. */
import { describe, expect, test } from "vitest";
import type { AdapterState, EarlierTraining, LabNotice } from "../../../../web/engine/protocol.ts";
import { configOf } from "../../../../web/engine/settings.ts";
import { initialState, type LabState } from "../../../../web/ui/state/lab-state.ts";
import { linkOf } from "../../../../web/ui/state/link.ts";
import { linkedViewOf } from "../../../../web/ui/state/linked-view.ts";
import { reduce } from "../../../../web/ui/state/reducer.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { requestsFor } from "../../../../web/ui/state/wanted.ts";
import { madeUpDataset } from "../../support/made-up-study.ts";

const adapter: AdapterState = { state: "missing", fault: { what: "none" } };

function listed(number: number, change: Partial<EarlierTraining> = {}): EarlierTraining {
  const settings = { ...defaultSettings, seed: number };
  return {
    id: `training-${number}`,
    number,
    name: "",
    started: `2026-02-0${number}T10:00:00.000Z`,
    config: configOf(settings, "mnist"),
    dataset: madeUpDataset,
    training: { epochs: settings.epochs, epochsDone: settings.epochs, repeats: [] },
    repeats: [],
    isWhole: true,
    isKept: true,
    elsewhere: false,
    bytes: 1e6,
    ...change,
  };
}

/** The state after these notices, and all that was asked for meanwhile. */
function opened(trainings: readonly EarlierTraining[], hash = "", order: readonly string[] = ["trainings", "adapter"]) {
  const notices: Readonly<Record<string, LabNotice>> = {
    trainings: { type: "trainings", trainings, storage: { bytes: 0, most: 1e9, notes: [] } },
    adapter: { type: "adapter", adapter },
  };
  const empty = initialState(settingTexts(defaultSettings), linkedViewOf(hash), hash !== "");
  let state: LabState = empty;
  const requests = order.flatMap((name) => {
    const before = state;
    state = reduce(state, { type: "notice", notice: notices[name]! });
    return requestsFor(before, state);
  });
  return { state, requests };
}

describe("a page that opens", () => {
  test("shows the finished study where no training is kept, once it knows that and its adapter", () => {
    expect(opened([]).requests).toEqual([{ type: "showFinished" }]);
    expect(opened([], "", ["adapter", "trainings", "trainings"]).requests).toEqual([{ type: "showFinished" }]);
    expect(opened([], "", ["adapter"]).requests).toEqual([]);
  });

  test("shows the last training, with its settings in the form", () => {
    const { state, requests } = opened([listed(1), listed(2)]);
    expect(requests).toEqual([{ type: "reopen", training: "training-2" }]);
    expect(state.settings.seed).toBe("2");
  });

  test.each([{ isKept: false }, { elsewhere: true }, { training: { epochs: 10, epochsDone: 0.5, repeats: [] } }])(
    "shows the one before where the last cannot be shown: %j",
    (change) => {
      expect(opened([listed(1), listed(2, change)]).requests).toEqual([{ type: "reopen", training: "training-1" }]);
    },
  );

  test("by a link shows the training that it is of, or what else it is of, and keeps the link's settings", () => {
    const settings = { ...defaultSettings, seed: 1 };
    const link = (origin: string, data = madeUpDataset.sha256) =>
      `#${linkOf(settings)}&study=${origin}&data=${data.slice(0, 12)}`;
    const trainings = [listed(1), listed(2)];
    expect(opened(trainings, link("trained")).requests).toEqual([{ type: "reopen", training: "training-1" }]);
    const other = opened(trainings, link("trained", "f".repeat(64)));
    expect(other.requests).toEqual([{ type: "reopen", training: "training-2" }]);
    expect(opened(trainings, link("finished")).requests).toEqual([{ type: "showFinished" }]);
    expect(opened(trainings, "#seed=7").state.settings.seed).toBe("0");
  });

  test("shows the finished study where the training cannot be shown after all, and no other than that", () => {
    const { state } = opened([listed(1)]);
    const fault = { type: "fault", about: "reopen", unexpected: false, fault: { what: "damaged" }, asks: [] } as const;
    const after = reduce(state, { type: "notice", notice: fault });
    expect(requestsFor(state, after)).toEqual([{ type: "showFinished" }]);
    const shown = { ...state, study: {} } as LabState;
    expect(reduce(shown, { type: "notice", notice: fault }).opening).toBe(state.opening);
  });
});

test("an epoch that came while an earlier one was on show has its curves, from the list", () => {
  const curves = (epochs: number) => {
    const values = Array.from({ length: epochs }, (_, epoch) => epoch);
    return { epochs: 10, epochsDone: epochs, repeats: [{ repeat: 0, loss: values, accuracy: values }] };
  };
  const study = (shown: number): LabNotice => ({
    type: "study",
    origin: "trained",
    label: "",
    dataset: madeUpDataset,
    widths: [784, 6, 10],
    epoch: { shown, kept: [1, 2, 3], training: "training-1" },
    validationLabels: new Uint16Array(),
    live: true,
    lacking: "",
    missing: [],
    warnings: [],
    notes: [],
  });
  const list = { bytes: 0, most: 1e9, notes: [] };
  const notices: readonly LabNotice[] = [
    { type: "phase", phase: "training", paused: false },
    { type: "training", ...curves(1) },
    study(1),
    { type: "training", ...curves(3) },
    { type: "trainings", trainings: [listed(1, { training: curves(3), isWhole: false })], storage: list },
    { type: "phase", phase: "ready", paused: false },
    study(3),
  ];
  const told = (state: LabState, notice: LabNotice) => reduce(state, { type: "notice", notice });
  const state = notices.reduce(told, initialState(settingTexts(defaultSettings)));
  expect(state.study?.training).toEqual(curves(3));
  // Where it was deleted meanwhile, what is known of it stays.
  const forgotten: readonly LabNotice[] = [{ type: "trainings", trainings: [], storage: list }, study(2)];
  expect(forgotten.reduce(told, state).study?.training).toEqual(curves(3));
});

test("a training that is chosen from the list is asked for, and its settings stand in the form", () => {
  const { state } = opened([listed(1), listed(2)]);
  const after = reduce(state, { type: "reopen", training: "training-1" });
  expect(requestsFor(state, after)).toEqual([{ type: "reopen", training: "training-1" }]);
  expect(after.settings.seed).toBe("1");
  expect(reduce(state, { type: "reopen", training: "gone" })).toBe(state);
});
