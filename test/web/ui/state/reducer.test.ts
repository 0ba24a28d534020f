/** The page's state: what visitors and the worker change, and what is asked of the worker for it. */
import { describe, expect, test } from "vitest";
import type { LabNotice, LabRequest } from "../../../../web/engine/protocol.ts";
import { initialState, type LabState } from "../../../../web/ui/state/lab-state.ts";
import { type LabAction, reduce } from "../../../../web/ui/state/reducer.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { requestsFor } from "../../../../web/ui/state/wanted.ts";
import { madeUpDataset, madeUpEvaluation, madeUpStudy } from "../../support/made-up-study.ts";

const settings = { ...defaultSettings, hidden: [6, 4], repeats: 2 };

function studyNotices(live = true): LabNotice[] {
  const { repeats, neurons, orders, singles } = madeUpStudy(settings);
  const about = {
    dataset: madeUpDataset,
    widths: [784, 6, 4, 10],
    live,
    lacking: live ? "" : "no device",
    missing: [],
    warnings: [],
    notes: [],
    validationLabels: new Uint16Array(),
  };
  return [
    { type: "study", origin: "trained", label: "", ...about },
    { type: "measured", repeats, neurons },
    { type: "orders", orders },
    { type: "singles", singles },
  ];
}

const says = (...notices: LabNotice[]): LabAction[] => notices.map((notice) => ({ type: "notice", notice }));
const following = (state: LabState, ...actions: LabAction[]): LabState => actions.reduce(reduce, state);
const empty = initialState(settingTexts(settings));
const shown = following(empty, ...says(...studyNotices()));

/** What the last of some actions asks of the worker. */
function asked(state: LabState, action: LabAction): LabRequest[] {
  return requestsFor(state, reduce(state, action));
}

describe("removing", () => {
  test("asks for the accuracy without exactly these neurons, with a new sequence number each time", () => {
    const [first] = asked(shown, { type: "remove", rows: [2, 7] });
    expect(first).toMatchObject({
      type: "evaluate",
      repeat: 0,
      mode: "mean",
      removed: [
        { layer: 1, neuron: 2 },
        { layer: 2, neuron: 1 },
      ],
    });
    const removed = reduce(shown, { type: "remove", rows: [2, 7] });
    const [second] = asked(removed, { type: "undo" });
    expect(second).toMatchObject({ type: "evaluate", removed: [] });
    expect((second as { sequence: number }).sequence).toBeGreaterThan((first as { sequence: number }).sequence);
  });

  test("asks nothing where nothing changes, or where nobody can answer", () => {
    expect(asked(shown, { type: "restore", rows: [3] })).toEqual([]);
    const still = following(empty, ...says(...studyNotices(false)));
    expect(asked(still, { type: "remove", rows: [3] })).toEqual([]);
  });

  test("by a rule takes the first of its order, and keeps their number when the rule changes", () => {
    const four = following(
      shown,
      { type: "rule", rule: { scope: "layer1", measure: "entropy", direction: "low" } },
      { type: "removeFirst", count: 4 },
    );
    expect(four.removal.history.present).toHaveLength(4);
    const high = reduce(four, { type: "rule", rule: { direction: "high" } });
    expect(high.removal.history.present).toHaveLength(4);
    // Of six neurons, the four lowest and the four highest share two.
    expect(high.removal.history.present.filter((row) => four.removal.history.present.includes(row))).toHaveLength(2);
  });

  test("in another mode asks for accuracy and curves of that mode", () => {
    const requests = asked(shown, { type: "mode", mode: "zero" });
    expect(requests).toMatchObject([
      { type: "evaluate", mode: "zero" },
      { type: "curves", modes: ["zero"] },
    ]);
  });
});

describe("looking", () => {
  test("at a neuron asks for the digits that make it fire", () => {
    const requests = asked(shown, { type: "view", change: { selected: 8 } });
    expect(requests).toMatchObject([{ type: "extremes", repeat: 0, neuron: { layer: 2, neuron: 2 } }]);
  });

  test("at another repeat asks for all that belongs to it", () => {
    const requests = asked(shown, { type: "view", change: { repeat: 1 } });
    expect(requests.map(({ type }) => type)).toEqual(["evaluate", "extremes", "curves"]);
    expect(requests).toMatchObject([{ repeat: 1 }, { repeat: 1 }, { repeats: [1] }]);
  });

  test("at all repeats asks for the curves of all", () => {
    expect(asked(shown, { type: "view", change: { allRepeats: true } })).toMatchObject([{ repeats: [0, 1] }]);
  });

  test("at another colour asks nothing", () => {
    expect(asked(shown, { type: "view", change: { column: "entropy", chart: "compare" } })).toEqual([]);
  });

  test("at other curves ends those under way first", () => {
    const running = following(
      shown,
      ...says({ type: "curves", request: shown.curvesWanted, curves: [], done: 1, total: 3 }),
    );
    const requests = asked(running, { type: "rule", rule: { scope: "network" } });
    expect(requests).toMatchObject([
      { type: "cancel", request: shown.curvesWanted },
      { type: "curves", scopes: ["network"] },
    ]);
  });
});

describe("notices", () => {
  const evaluated = (sequence: number): LabNotice => ({
    type: "evaluated",
    evaluation: madeUpEvaluation({ sequence, repeat: 0, mode: "mean", removed: [] }),
  });

  test("about an older set do not replace a newer one", () => {
    const state = following(shown, ...says(evaluated(9), evaluated(8)));
    expect(state.evaluation?.sequence).toBe(9);
  });

  test("about digits of a neuron that is no longer looked at are dropped", () => {
    const nobody = {
      samples: new Uint32Array(),
      activations: new Float32Array(),
      labels: new Uint16Array(),
      pixels: new Uint8Array(),
    };
    const late = {
      type: "extremes",
      sequence: shown.extremesWanted - 1,
      repeat: 0,
      neuron: { layer: 1, neuron: 0 },
    } as const;
    expect(following(shown, ...says({ ...late, most: nobody, least: nobody })).extremes).toBeUndefined();
  });

  test("of another study forget what was removed and looked at before, and ask anew once it is measured", () => {
    const removed = following(shown, { type: "remove", rows: [1] }, { type: "view", change: { repeat: 1 } });
    const [study, measured] = studyNotices() as [LabNotice, LabNotice];
    const next = following(removed, ...says(study));
    expect(next.removal.history).toMatchObject({ past: [], present: [] });
    expect(next.view.repeat).toBe(0);
    expect(next.study?.neurons).toEqual([]);
    const [action] = says(measured) as [LabAction];
    expect(asked(next, action).map(({ type }) => type)).toEqual(["evaluate", "extremes", "curves"]);
  });

  test("of a training that begins forget the one before, and those of a pause do not", () => {
    const phase = (name: "training" | "ready", paused = false): LabNotice => ({ type: "phase", phase: name, paused });
    const progress: LabNotice = { type: "training", epochs: 2, epochsDone: 1, repeats: [] };
    const paused = following(empty, ...says(phase("training"), progress, phase("training", true)));
    expect(paused).toMatchObject({ paused: true, training: { epochsDone: 1 } });
    const again = following(paused, ...says(phase("ready"), phase("training")));
    expect(again.training).toBeUndefined();
  });

  test("of a lost device leave the study and end with its recovery", () => {
    const lost = following(shown, ...says({ type: "deviceLost", fault: { what: "the device is gone" } }));
    expect(lost).toMatchObject({ device: "lost", faults: [{ about: "deviceLost" }] });
    expect(lost.study).toBe(shown.study);
    const facts = { vendor: "", architecture: "", device: "", description: "", software: false, backend: "" };
    const recovered: LabNotice = { type: "deviceRecovered", adapter: { state: "hardware", facts } };
    const [action] = says(recovered) as [LabAction];
    expect(reduce(lost, action)).toMatchObject({ device: "recovered", faults: [] });
    expect(asked(lost, action)).toMatchObject([{ type: "evaluate" }]);
  });

  test("of faults stand until they are closed, one for each kind of request", () => {
    const fault = (what: string): LabNotice => {
      return { type: "fault", about: "load", unexpected: false, fault: { what }, asks: [] };
    };
    const state = following(shown, ...says(fault("first"), fault("second")));
    expect(state.faults).toMatchObject([{ fault: { what: "second" } }]);
    expect(reduce(state, { type: "dismiss", fault: state.faults[0]!.id }).faults).toEqual([]);
  });
});
