import { describe, expect, test } from "vitest";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { ClassEffects, StudyAnalysis } from "../../../src/report/analysis/analysis.ts";
import { classesFigure } from "../../../src/report/figures/classes.ts";
import { renderSvg, specText } from "../../../src/report/figures/render.ts";
import { madeUpFiles } from "./made-up-files.ts";

const effects: ClassEffects = {
  layer: 1,
  mode: "mean",
  classes: 3,
  neurons: Uint32Array.of(4, 0, 2),
  change: Float64Array.of(-0.02, 0.001, 0, Number.NaN, Number.NaN, Number.NaN, 0.005, 0, -0.0105),
  agreement: { mean: 0.75, repeats: 2, interval: { low: 0.5, high: 1 } },
  chance: 0.42,
  lowering: 5,
  silent: 1,
};

const analysis = (names: readonly string[]): StudyAnalysis => ({
  ...analyse(madeUpFiles()),
  classEffects: [effects],
  classNames: names,
});

describe("figure 6", () => {
  test("has a cell in percentage points for each class of a neuron that is preferred by some", () => {
    const { table, spec, reading, caption } = classesFigure(analysis(["a", "b", "c"]))!;
    expect(table.rows).toEqual([
      ["1", "a (4)", "a", "−2.00"],
      ["1", "a (4)", "b", "+0.10"],
      ["1", "a (4)", "c", "0.00"],
      ["1", "c (2)", "a", "+0.50"],
      ["1", "c (2)", "b", "0.00"],
      ["1", "c (2)", "c", "−1.05"],
    ]);
    const [panel] = (spec as unknown as { concat: { data: { values: { change: number }[] } }[] }).concat;
    expect(panel!.data.values.map(({ change }) => change)).toEqual([-2, 0.1, 0, 0.5, 0, -1.05]);
    expect(reading).toContain("in layer 1 for 75 % [50 to 100] of 5 (by chance 42 %)");
    expect(caption).toContain("Classes without a row: in layer 1 no neuron prefers b.");
    expect(caption).toContain("by being silent for it: in layer 1 1 of 6 do.");
  });

  test("centres its colours on 0, as far to one side as to the other", () => {
    expect(specText(classesFigure(analysis(["a", "b", "c"]))!)).toMatch(/"domain": \[\s*-2,\s*0,\s*2\s*\]/);
  });

  test("takes class names as text, and tells classes of one name apart", async () => {
    const figure = classesFigure(analysis(["<img src=x onerror=alert(1)>", "b", "b"]))!;
    expect(figure.table.rows.map((row) => row[2]).slice(0, 3)).toEqual([
      "<img src=x onerror=alert(1)>",
      "b (1)",
      "b (2)",
    ]);
    const svg = await renderSvg(figure);
    expect(svg).toContain("&lt;img src");
    expect(svg).not.toContain("<img");
  });

  test("is absent where samples were not counted by class", () => {
    expect(classesFigure({ ...analysis(["a", "b", "c"]), classEffects: [] })).toBeUndefined();
  });
});
