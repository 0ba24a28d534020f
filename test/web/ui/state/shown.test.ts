/** What follows from the state: columns, costs, outcomes that are known without asking, lines of curves. */
import { describe, expect, test } from "vitest";
import { replacementModes } from "../../../../src/core/ablation.ts";
import { accuracyAt, curveLines } from "../../../../web/ui/state/curve-series.ts";
import { initialState, type LabState, type ShownStudy } from "../../../../web/ui/state/lab-state.ts";
import { rowOf } from "../../../../web/ui/state/removal.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { costColumn, curveKey, knownOutcome } from "../../../../web/ui/state/shown.ts";
import { correctWithout, costOf, curveOf, madeUpDataset, madeUpStudy } from "../../support/made-up-study.ts";

const settings = { ...defaultSettings, hidden: [6, 4], repeats: 3 };
const made = madeUpStudy(settings);
const curves = made.orders.flatMap((order) => replacementModes.map((mode) => curveOf(order, mode)));
const study: ShownStudy = {
  ...made,
  about: {
    origin: "trained",
    label: "",
    dataset: madeUpDataset,
    widths: [784, 6, 4, 10],
    live: false,
    lacking: "-",
    missing: [],
    warnings: [],
    notes: [],
    validationLabels: new Uint16Array(),
  },
  firstLayers: {},
  curves: Object.fromEntries(curves.map((curve) => [curveKey(curve), curve])),
};
const table = made.neurons[1]!;

describe("the cost of removing one neuron", () => {
  test.each(replacementModes)("is the accuracy lost, in percentage points, by %s", (mode) => {
    const costs = costColumn(study, table, mode)!;
    const row = rowOf(table, { layer: 2, neuron: 3 });
    expect(costs[row]).toBeCloseTo(costOf({ layer: 2, neuron: 3 }, mode) / 20, 12);
  });

  test("is not known where a layer's removals are missing", () => {
    const singles = made.singles.filter(({ layer }) => layer === 1);
    expect(costColumn({ ...study, singles }, table, "mean")).toBeUndefined();
  });
});

describe("an outcome is known without a device", () => {
  test("for the intact network and for one neuron", () => {
    expect(knownOutcome(study, table, [], "mean")?.correct).toBe(1900);
    const [row, address] = [8, { layer: 2, neuron: 2 }];
    expect(knownOutcome(study, table, [row], "zero")?.correct).toBe(correctWithout([address], "zero"));
  });

  test("for the first neurons of an order, in whatever order they were clicked", () => {
    const order = made.orders.find(({ repeat, scope }) => repeat === 1 && scope === "network")!;
    const first = order.neurons.slice(0, 5);
    const rows = first.map((address) => rowOf(table, address)).sort((a, b) => a - b);
    expect(knownOutcome(study, table, rows, "mean")?.correct).toBe(correctWithout(first, "mean"));
  });

  test("but not for a set that no curve passes", () => {
    const withoutCurves = { ...study, curves: {} };
    expect(knownOutcome(withoutCurves, table, [1, 2], "mean")).toBeUndefined();
  });
});

describe("curves", () => {
  const state = (change: Partial<LabState["view"]>): LabState => {
    const initial = initialState(settingTexts(settings));
    return { ...initial, study, view: { ...initial.view, scope: "layer1", repeat: 1, ...change } };
  };

  test("of one repeat are lines of each measure as they are, and of random the mean of its draws", () => {
    const lines = curveLines(state({}), study);
    expect(lines.map(({ id, curves: count }) => [id, count])).toEqual([
      ["entropy", 1],
      ["mutual_information", 1],
      ["kl_selectivity", 1],
      ["random", 2],
    ]);
    const order = made.orders.find(
      ({ repeat, scope, measure, direction }) =>
        repeat === 1 && scope === "layer1" && measure === "entropy" && direction === "low",
    )!;
    expect(accuracyAt(lines[0]!, 3)).toBe(correctWithout(order.neurons.slice(0, 3), "mean") / 2000);
    expect(lines[0]!.band).toBeUndefined();
  });

  test("of all repeats are means within the band that they span", () => {
    const lines = curveLines(state({ allRepeats: true, direction: "high" }), study);
    for (const { points, band, curves: count, id } of lines) {
      expect(count).toBe(id === "random" ? 6 : 3);
      points.forEach(([, mean], step) => {
        const [, low, high] = band![step]!;
        expect(mean).toBeGreaterThanOrEqual(low - 1e-12);
        expect(mean).toBeLessThanOrEqual(high + 1e-12);
      });
    }
    const spread = lines[0]!.band!.map(([, low, high]) => high - low);
    expect(Math.max(...spread)).toBeGreaterThan(0);
  });

  test("that have not arrived are left out", () => {
    expect(curveLines(state({}), { ...study, curves: {} })).toEqual([]);
  });
});
