/** Two neurons in the page's state: who is looked at, what is asked of the worker for it, and which answers count. */
import { describe, expect, test } from "vitest";
import type { LabNotice, LabRequest } from "../../../../web/engine/protocol.ts";
import { configOf } from "../../../../web/engine/settings.ts";
import { initialState, type LabState } from "../../../../web/ui/state/lab-state.ts";
import { linkOfState } from "../../../../web/ui/state/linked-view.ts";
import { type LabAction, reduce } from "../../../../web/ui/state/reducer.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { knownLayerPairs, largestPairs, layerPairsText } from "../../../../web/ui/state/shown-layer-pairs.ts";
import { knownPair, shownPair } from "../../../../web/ui/state/shown-pair.ts";
import { requestsFor } from "../../../../web/ui/state/wanted.ts";
import { madeUpLayerPairs, madeUpPair } from "../../support/made-up-pairs.ts";
import { madeUpDataset, madeUpStudy } from "../../support/made-up-study.ts";

const settings = { ...defaultSettings, hidden: [6, 4], repeats: 2 };

function studyNotices(live = true): LabAction[] {
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
  const notices: LabNotice[] = [
    { type: "study", origin: "trained", label: "", config: configOf(settings, "mnist"), ...about },
    { type: "measured", repeats, neurons },
    { type: "orders", orders },
    { type: "singles", singles },
  ];
  return notices.map((notice) => ({ type: "notice", notice }));
}

const following = (state: LabState, ...actions: LabAction[]): LabState => actions.reduce(reduce, state);
const empty = initialState(settingTexts(settings));
const shown = following(empty, ...studyNotices());
const asked = (state: LabState, action: LabAction) => requestsFor(state, reduce(state, action));
const both: LabAction = { type: "pair", selected: 2, partner: 7 };
const pairs: LabAction = { type: "view", change: { chart: "pairs" } };

type Asked<T extends LabRequest["type"]> = Extract<LabRequest, { readonly type: T }>;

describe("two neurons", () => {
  test("are asked for when they are chosen, in another mode and of another network, with new numbers", () => {
    const neurons = [
      { layer: 1, neuron: 2 },
      { layer: 2, neuron: 1 },
    ];
    const [extremes, first] = asked(shown, both);
    expect([extremes, first]).toMatchObject([
      { type: "extremes", neuron: neurons[0] },
      { type: "pair", repeat: 0, mode: "mean", neurons },
    ]);
    const looking = reduce(shown, both);
    const inZero = asked(looking, { type: "mode", mode: "zero" }).find(({ type }) => type === "pair") as Asked<"pair">;
    expect(inZero).toMatchObject({ mode: "zero", neurons });
    expect(inZero.sequence).toBeGreaterThan((first as Asked<"pair">).sequence);
    expect(asked(looking, { type: "view", change: { repeat: 1 } })).toContainEqual(
      expect.objectContaining({ type: "pair", repeat: 1 }),
    );
  });

  test("are one again after a look at another, or at the same, and once the pair is given up", () => {
    const looking = reduce(shown, both);
    expect(shownPair(looking)!.title).toBe("Neuron 2 of layer 1 and 1 of layer 2");
    const actions: LabAction[] = [
      { type: "view", change: { selected: 3 } },
      { type: "view", change: { selected: 2 } },
      { type: "pair", selected: 2, partner: 2 },
      { type: "forgetPartner" },
    ];
    for (const action of actions) {
      expect(shownPair(reduce(looking, action))).toBeUndefined();
      expect(asked(looking, action).filter(({ type }) => type === "pair")).toEqual([]);
    }
    expect(shownPair(reduce(looking, { type: "view", change: { column: "entropy" } }))).toBeDefined();
  });

  test("are known once the newest request is answered, and forgotten with their study", () => {
    const looking = following(shown, both, { type: "pair", selected: 2, partner: 3 });
    const [, request] = requestsFor(shown, looking) as [LabRequest, Asked<"pair">];
    const pair = madeUpPair(request, settings.hidden);
    const late: LabNotice = { type: "pair", pair: { ...pair, sequence: pair.sequence - 1 } };
    expect(knownPair(reduce(looking, { type: "notice", notice: late }))).toBeUndefined();
    const known = reduce(looking, { type: "notice", notice: { type: "pair", pair } });
    expect(knownPair(known)).toBe(pair);
    const other = following(known, ...studyNotices());
    expect([shownPair(other), other.pair]).toEqual([undefined, undefined]);
  });

  test("and all pairs are in the link", () => {
    const change = { chart: "pairs", decomposition: "sx", pairValue: "synergy", pairLayer: 2 } as const;
    const linked = following(shown, both, { type: "view", change });
    const link: LabAction = { type: "link", hash: `#${linkOfState(linked)}` };
    const opened = following(reduce(empty, link), ...studyNotices());
    expect(opened.view).toEqual(linked.view);
    expect(reduce(shown, link).view).toEqual(linked.view);
    expect(requestsFor(shown, reduce(shown, link)).map(({ type }) => type)).toEqual([
      "evaluate",
      "extremes",
      "pair",
      "layerPairs",
      "curves",
    ]);
  });

  test("and all pairs are not asked for where nobody can answer", () => {
    const dead = following(empty, ...studyNotices(false));
    expect([...asked(dead, both), ...asked(dead, pairs)]).toEqual([]);
  });
});

describe("all pairs of a layer", () => {
  const open = reduce(shown, pairs);
  const request = asked(shown, pairs).find(({ type }) => type === "layerPairs") as Asked<"layerPairs">;
  const answer = madeUpLayerPairs(request, settings.hidden);

  test("are asked for while their picture is open alone, when what it is of changes", () => {
    expect(request).toMatchObject({ repeat: 0, layer: 1, decomposition: "broja" });
    const changes = [{ pairLayer: 2 }, { decomposition: "mmi" }, { repeat: 1 }] as const;
    for (const change of changes) {
      const found = (state: LabState) =>
        asked(state, { type: "view", change }).filter(({ type }) => type === "layerPairs").length;
      expect([found(open), found(shown)]).toEqual([1, 0]);
    }
    expect(asked(open, { type: "view", change: { pairValue: "synergy" } })).toEqual([]);
  });

  test("are known once they are those of the view; how far they are is told of the newest request alone", () => {
    const { sequence } = request;
    const progress = (own: number): LabAction => {
      return { type: "notice", notice: { type: "decomposing", sequence: own, done: 3, total: 15 } };
    };
    expect(reduce(open, progress(sequence - 1)).decomposing).toBeUndefined();
    const half = reduce(open, progress(sequence));
    expect(half.decomposing).toEqual({ done: 3, total: 15 });
    const known = reduce(half, { type: "notice", notice: { type: "layerPairs", pairs: answer } });
    expect([knownLayerPairs(known), known.decomposing]).toEqual([answer, undefined]);
    expect(knownLayerPairs(reduce(known, { type: "view", change: { decomposition: "sx" } }))).toBeUndefined();
  });

  test("are told in words: the largest first, with the range", () => {
    const { redundancy } = answer.values;
    const sorted = Array.from(redundancy).sort((a, b) => b - a);
    expect(largestPairs(answer, "redundancy", 4).map(({ bits }) => bits)).toEqual(sorted.slice(0, 4));
    const [a, b] = largestPairs(answer, "redundancy", 1)[0]!.neurons;
    expect(layerPairsText(answer, "redundancy")).toContain(
      `Redundancy of the 15 pairs of the 6 neurons of layer 1, sorted by clusters: ${sorted.at(-1)!.toFixed(3)} to ${sorted[0]!.toFixed(3)} bit`,
    );
    expect(layerPairsText(answer, "redundancy")).toContain(`neurons ${a} and ${b}.`);
  });
});
