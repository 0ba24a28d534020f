import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StudyResults } from "../../../src/core/study.ts";
import { summaryTable } from "../../../src/report/tables/summary-table.ts";
import { madeUpStudy, tableContent } from "../made-up-study.ts";

/** The cells of the first line that holds all of `words`. */
function cellsOf(text: string, ...words: string[]): string[] {
  const line = text.split("\n").find((candidate) => words.every((word) => candidate.includes(word)));
  return line?.trim().split(/ {2,}/) ?? [];
}

/** A study of one layer of four neurons and one repeat, with `correct` at each step of its one curve. */
function tinyStudy(removed: number[], correct: number[]): StudyResults {
  const study = madeUpStudy({ hidden: [4], repeats: 1, modes: ["mean"] });
  const curve = { ...study.curves[0]!, samples: 100, removed: Uint32Array.from(removed) };
  return { ...study, curves: [{ ...curve, correct: Uint32Array.from(correct) }] };
}

describe("the summary table", () => {
  it("gives the accuracy over the repeats as mean and range", () => {
    const study = madeUpStudy({ repeats: 3 });
    const repeats = study.repeats.map((row, index) => ({ ...row, testAccuracy: [0.9, 0.98, 0.94][index]! }));
    const cells = cellsOf(summaryTable(tableContent({ ...study, repeats })), "test", "..");
    expect(cells).toStrictEqual(["test", "2000", "0.9400", "0.9000..0.9800"]);
  });

  it("gives the accuracy of each class by its name, where the data name them", () => {
    const study = madeUpStudy({ repeats: 2 });
    const perClass = Array.from({ length: study.dataset.classes }, () => 10);
    const classNames = perClass.map((_, label) => (label === 1 ? "no\u001b[2Jisy" : `kind ${label}`));
    const dataset = {
      ...study.dataset,
      testPerClass: perClass.map((count, label) => (label === 2 ? 0 : count)),
      classNames,
    };
    const repeats = study.repeats.map((row, repeat) => ({
      ...row,
      testCorrectPerClass: perClass.map(() => 6 + repeat),
    }));
    const text = summaryTable(tableContent({ ...study, dataset, repeats }));
    expect(cellsOf(text, "kind 0")).toStrictEqual(["kind 0", "10", "0.6500", "0.6000..0.7000"]);
    expect(cellsOf(text, "kind 2")).toStrictEqual(["kind 2", "0", "-", "-"]);
    expect(text).toContain("\nno?[2Jisy ");
    expect(summaryTable(tableContent({ ...study, repeats }))).not.toContain("by class");
  });

  it("leaves out classes that would push all else off a screen", () => {
    const study = madeUpStudy({ repeats: 1 });
    const many = (classes: number) => {
      const names = Array.from({ length: classes }, (_, label) => `kind ${label}`);
      const dataset = { ...study.dataset, classes, classNames: names, testPerClass: names.map(() => 10) };
      const repeats = study.repeats.map((row) => ({ ...row, testCorrectPerClass: names.map(() => 6) }));
      return summaryTable(tableContent({ ...study, dataset, repeats }));
    };
    expect(many(20)).toContain("kind 19");
    expect(many(21)).not.toContain("by class");
  });

  it("gives range and mean of each measure per layer, over all repeats", () => {
    const study = madeUpStudy({ hidden: [2, 1], repeats: 2 });
    const neurons = study.neurons.map((table, repeat) => ({
      ...table,
      measures: { entropy: Float64Array.of(repeat + 0.5, 0.25, 7 + repeat) },
    }));
    const text = summaryTable(tableContent({ ...study, neurons }));
    expect(text).toContain("\n1      0.250..1.500 (0.625)\n");
    expect(text).toContain("\n2      7.000..8.000 (7.500)\n");
  });

  it("gives accuracies at 25, 50 and 75 % removed", () => {
    const text = summaryTable(tableContent(tinyStudy([0, 1, 2, 3, 4], [90, 80, 70, 60, 10])));
    expect(cellsOf(text, "layer1")).toStrictEqual(["layer1", "entropy", "low", "0.800", "0.700", "0.600"]);
    expect(text).not.toContain("nearest");
  });

  it("takes the nearest evaluated step below where there is none, and says so", () => {
    const text = summaryTable(tableContent(tinyStudy([0, 3, 4], [90, 60, 10])));
    expect(cellsOf(text, "layer1", "entropy")).toStrictEqual(["layer1", "entropy", "low", "0.900", "0.900", "0.600"]);
    expect(text).toContain("the nearest one below it:\n  layer1: 0, 0, 3 of 4 removed\n");
  });

  it("averages over repeats and draws", () => {
    const study = madeUpStudy({ hidden: [4], repeats: 2, modes: ["zero"], scopes: ["layers"] });
    const random = study.curves.filter(({ order }) => order.measure === "random" && order.scope === "layer1");
    const curves = random.map((curve, index) => ({ ...curve, samples: 10, correct: curve.removed.map(() => index) }));
    expect(cellsOf(summaryTable(tableContent({ ...study, curves })), "layer1")).toStrictEqual([
      "layer1",
      "random",
      "-",
      "0.150",
      "0.150",
      "0.150",
    ]);
  });

  it("stays within 80 columns and aligned for the measures there are, at any depth, width and stride", () => {
    const options = fc.record({
      hidden: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      repeats: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 9 }),
      randomDraws: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(options, (config) => {
        const lines = summaryTable(tableContent(madeUpStudy(config))).split("\n");
        expect(lines.filter((line) => line.length > 80)).toStrictEqual([]);
        expect(lines.filter((line) => /undefined|NaN|Infinity| $/.test(line))).toStrictEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("goes on below where measures have too little room side by side", () => {
    const study = madeUpStudy();
    const neurons = study.neurons.map((table) => {
      const names = Array.from({ length: 7 }, (_, index) => [`another_measure_${index}`, table.measures["entropy"]!]);
      return { ...table, measures: Object.fromEntries(names) };
    });
    const lines = summaryTable(tableContent({ ...study, neurons })).split("\n");
    expect(lines.filter((line) => line.startsWith("layer  "))).toHaveLength(3);
    expect(lines.filter((line) => line.length > 80)).toStrictEqual([]);
  });

  it("answers for orders that have curves and no column of values, as a report does", () => {
    const study = madeUpStudy({ repeats: 2, modes: ["mean"] });
    const searched = study.curves
      .filter(({ order }) => order.measure === "entropy" && order.direction === "low")
      .map((curve) => ({ ...curve, order: { ...curve.order, measure: "greedy_mean" } }));
    expect(searched.length).toBeGreaterThan(0);
    const without = summaryTable(tableContent(study));
    const text = summaryTable(tableContent({ ...study, curves: [...study.curves, ...searched] }));
    expect(without).not.toContain("Greedy (mean)");
    expect(text).toContain("Greedy (mean)");
  });

  it("leaves out what a study without measures and curves does not have", () => {
    const study = madeUpStudy({ repeats: 1 });
    const neurons = study.neurons.map((table) => ({ ...table, measures: {} }));
    expect(summaryTable(tableContent({ ...study, neurons, curves: [] }))).toMatchInlineSnapshot(`
      "Accuracy of the intact networks, over 1 repeat

      set         samples    mean        min..max
      test           2000  0.9700  0.9700..0.9700
      validation     2000  0.9660  0.9660..0.9660
      "
    `);
  });
});
