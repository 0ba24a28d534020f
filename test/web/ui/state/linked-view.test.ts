/** A link of the whole view: there and back on the same study, on no other, and with nothing that makes no sense. */
import { describe, expect, test } from "vitest";
import type { LabNotice, LabSettings, StudyOrigin } from "../../../../web/engine/protocol.ts";
import { configOf } from "../../../../web/engine/settings.ts";
import { initialState, type LabState } from "../../../../web/ui/state/lab-state.ts";
import { linkAdvice, linkedViewOf, linkOfState, rowsOfText, rowsText } from "../../../../web/ui/state/linked-view.ts";
import { type LabAction, reduce } from "../../../../web/ui/state/reducer.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { requestsFor } from "../../../../web/ui/state/wanted.ts";
import { madeUpDataset, madeUpStudy } from "../../support/made-up-study.ts";

const settings: LabSettings = { ...defaultSettings, hidden: [6, 4], repeats: 2, learningRate: 0.0025 };

interface Shown {
  readonly settings?: LabSettings;
  readonly origin?: StudyOrigin;
  readonly label?: string;
}

function studyNotices({ settings: own = settings, origin = "trained", label = "" }: Shown = {}): LabAction[] {
  const { repeats, neurons, orders, singles } = madeUpStudy(own);
  const config = configOf(own, "mnist");
  const about = {
    dataset: madeUpDataset,
    widths: [784, ...own.hidden, 10],
    live: true,
    lacking: "",
    missing: [],
    warnings: [],
    notes: [],
    validationLabels: new Uint16Array(),
  };
  const notices: LabNotice[] = [
    { type: "study", origin, label, config, ...about },
    { type: "measured", repeats, neurons },
    { type: "orders", orders },
    { type: "singles", singles },
  ];
  return notices.map((notice) => ({ type: "notice", notice }));
}

const following = (state: LabState, ...actions: LabAction[]): LabState => actions.reduce(reduce, state);
const start = initialState(settingTexts(settings));

const changes: readonly LabAction[] = [
  {
    type: "view",
    change: {
      column: "cost",
      chart: "compare",
      tool: "remove",
      across: "kl_selectivity",
      up: "cost",
      repeat: 1,
      allRepeats: true,
      selected: 7,
    },
  },
  { type: "rule", rule: { scope: "network", measure: "random", direction: "high" } },
  { type: "mode", mode: "zero" },
  { type: "remove", rows: [0, 1, 2, 8] },
];
const changed = following(start, ...studyNotices(), ...changes);
const link = linkOfState(changed)!;
const opened = reduce(start, { type: "link", hash: `#${link}` });
const viewed = ({ view, removal }: LabState) => [view, removal.rule, removal.mode, removal.history.present];

describe("a link of the view", () => {
  test("restores all of it once the linked networks are trained, and asks for their numbers", () => {
    expect(linkAdvice(opened)).toBe("Press Train to get the linked view.");
    const [study, measured, ...rest] = studyNotices();
    const before = reduce(opened, study!);
    const after = reduce(before, measured!);
    const removed = [0, 1, 2, 6].map((row, at) => (at < 3 ? { layer: 1, neuron: row } : { layer: 2, neuron: 2 }));
    expect(requestsFor(before, after)).toMatchObject([
      { type: "evaluate", repeat: 1, removed, mode: "zero" },
      { type: "extremes", repeat: 1, neuron: { layer: 2, neuron: 1 } },
      { type: "curves", repeats: [0, 1], scopes: ["network"], modes: ["zero"] },
    ]);
    const restored = following(after, ...rest);
    expect(viewed(restored)).toEqual(viewed(changed));
    expect(linkOfState(restored)).toBe(link);
    expect(linkAdvice(restored)).toBeUndefined();
    expect(reduce(restored, { type: "undo" }).removal.history.present).toEqual([]);
  });

  test("is applied once", () => {
    const restored = following(opened, ...studyNotices());
    const again = following(restored, ...studyNotices());
    expect(again.removal.history.present).toEqual([]);
  });

  test("holds nothing that an address has to escape", () => {
    expect(link).not.toMatch(/%|\s/);
  });

  test("waits while another study is on show: finished, of other settings, or of other data", () => {
    const seed1 = { ...settings, seed: 1 };
    for (const other of [studyNotices({ origin: "finished" }), studyNotices({ settings: seed1 })]) {
      const state = following(opened, ...other);
      expect(state.linked).toBeDefined();
      expect(state.removal.history.present).toEqual([]);
      expect(following(state, ...studyNotices()).removal.history.present).toEqual([0, 1, 2, 8]);
    }
    const elsewhere = reduce(start, { type: "link", hash: link.replace("data=0", "data=1") });
    expect(following(elsewhere, ...studyNotices()).linked).toBeDefined();
  });

  test("says what is to be done where that is not to press Train", () => {
    const otherData = { ...madeUpDataset, sha256: "1".repeat(64) };
    const told = reduce(opened, { type: "notice", notice: { type: "dataset", dataset: otherData, notes: [] } });
    expect(linkAdvice(told)).toMatch(/other data: drop them/);
    expect(linkAdvice(reduce(opened, { type: "setting", name: "seed", text: "4" }))).toMatch(/other settings/);
    expect(linkAdvice(reduce(opened, { type: "forgetLink" }))).toBeUndefined();
  });

  test("of a network's file waits for a file of that name", () => {
    const named = following(start, ...studyNotices({ origin: "network-file", label: "my net.safetensors" }));
    const own = linkOfState(following(named, { type: "remove", rows: [3] }))!;
    const state = reduce(start, { type: "link", hash: own });
    expect(linkAdvice(state)).toBe("Drop my net.safetensors to get the linked view.");
    const notices = studyNotices({ origin: "network-file", label: "my net.safetensors" });
    expect(following(state, ...notices).removal.history.present).toEqual([3]);
  });

  test("opened while its study is on show changes the view at once", () => {
    const shown = following(start, ...studyNotices());
    const next = reduce(shown, { type: "link", hash: `#${link}` });
    expect(viewed(next)).toEqual(viewed(changed));
    expect(requestsFor(shown, next).map(({ type }) => type)).toEqual(["evaluate", "extremes", "curves"]);
  });

  test("leaves as they are the parts that make no sense", () => {
    const nonsense = {
      column: "weight",
      chart: "pie",
      scope: "layer9",
      repeat: "7",
      neuron: "-1",
      rule: "x",
      mode: "y",
    };
    const parameters = new URLSearchParams(link);
    for (const [name, value] of Object.entries(nonsense)) parameters.set(name, value);
    parameters.set("removed", "3.9999999999.5-99999999999");
    const state = following(reduce(start, { type: "link", hash: String(parameters) }), ...studyNotices());
    const { view, removal } = state;
    expect(view).toMatchObject({
      column: "mutual_information",
      chart: "curves",
      scope: "layer1",
      repeat: 0,
      selected: 0,
    });
    expect(removal).toMatchObject({ rule: { measure: "mutual_information" }, mode: "mean" });
    expect(removal.history.present).toEqual([3, 5, 6, 7, 8, 9]);
  });

  test("without a study, or of settings alone, restores no view", () => {
    expect(linkOfState(start)).not.toContain("study=");
    expect(linkedViewOf("#seed=4")).toBeUndefined();
    expect(linkedViewOf("#study=elsewhere")).toBeUndefined();
  });
});

test.each([[[]], [[4]], [[0, 1, 2]], [[0, 2, 3, 9]]])("rows %j are text and back", (rows) => {
  expect(rowsOfText(rowsText(rows), 10)).toEqual(rows);
});
