import { describe, expect, test } from "vitest";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { StudyAnalysis, StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { measureAndLoss } from "../../../src/report/figures/measure-and-loss.ts";
import { madeUpFiles } from "./made-up-files.ts";

interface Point {
  readonly group: string;
  readonly bits: number;
  readonly increase: number;
  readonly repeat?: number;
  readonly neuron?: number;
}
interface Drawn {
  readonly title: { readonly text: string; readonly subtitle: string[] };
  readonly layer: readonly { readonly data: { readonly values: Point[] } }[];
}

const panelsOf = (files: StudyFiles, analysis = analyse(files)) => {
  const { spec } = measureAndLoss(analysis, files)!;
  return (spec as unknown as { concat: Drawn[] }).concat;
};

/** Files whose entropies lie 2 bits higher in each further layer, and whose losses follow `lossOf`. */
function filesWithLosses(lossOf: (bits: number, layer: number) => number): StudyFiles {
  const files = madeUpFiles();
  const neurons = files.neurons!.map((table) => {
    const entropy = table.measures["entropy"]!.map((bits, row) => bits + 2 * table.layer[row]!);
    return { ...table, measures: { ...table.measures, entropy } };
  });
  const singles = files.singles!.map((removals) => {
    const table = neurons.find(({ repeat }) => repeat === removals.repeat)!;
    const values = [...table.measures["entropy"]!].filter((_, row) => table.layer[row] === removals.layer);
    return { ...removals, loss: Float64Array.from(values, (bits) => 50 + lossOf(bits, removals.layer)) };
  });
  return { ...files, neurons, singles };
}

function withCorrelations(analysis: StudyAnalysis, rhos: readonly [number | undefined, number][]): StudyAnalysis {
  const correlations = rhos.map(([layer, mean]) => ({
    ...(layer === undefined ? {} : { layer }),
    measure: "entropy",
    mode: "mean" as const,
    rho: { mean, repeats: 2, interval: { low: mean - 0.1, high: mean + 0.1 } },
  }));
  return { ...analysis, correlations };
}

describe("figure 5", () => {
  test("draws each neuron at its measure and at the loss without it minus the loss with it", () => {
    const files = madeUpFiles();
    const [entropy] = panelsOf(files);
    const points = entropy!.layer[0]!.data.values;
    expect(points).toHaveLength(2 * (5 + 4));
    for (const { group, repeat, neuron, bits, increase } of points) {
      const layer = Number(group.replace("layer ", ""));
      const table = files.neurons![repeat!]!;
      const row = [...table.layer.keys()].find((at) => table.layer[at] === layer && table.neuron[at] === neuron)!;
      expect(bits).toBeCloseTo(table.measures["entropy"]![row]!, 3);
      // The made-up losses: 0.1 + neuron / 7 without a neuron, 0.08 with all.
      expect(increase).toBeCloseTo(0.02 + neuron! / 7, 2);
    }
  });

  test("draws lines that rise within layers and fall when pooled, where the data do", () => {
    const rising = (line: readonly Point[]) =>
      Math.sign((line[1]!.increase - line[0]!.increase) * (line[1]!.bits - line[0]!.bits));
    const slopes = (files: StudyFiles) => {
      const lines = panelsOf(files)[0]!.layer[1]!.data.values;
      return ["layer 1", "layer 2", "pooled"].map((name) => rising(lines.filter(({ group }) => group === name)));
    };
    expect(slopes(filesWithLosses((bits) => bits))).toEqual([1, 1, 1]);
    expect(slopes(filesWithLosses((bits) => -bits))).toEqual([-1, -1, -1]);
    expect(slopes(filesWithLosses((bits, layer) => bits - 10 * layer))).toEqual([1, 1, -1]);
  });

  test("speaks of a turned sign only where layers and pool differ from 0, on opposite sides", () => {
    const files = madeUpFiles();
    const reading = (rhos: readonly [number | undefined, number][]) =>
      measureAndLoss(withCorrelations(analyse(files), rhos), files)!.reading;
    const turned = "Pooling the layers turns the sign over for Entropy.";
    expect(
      reading([
        [1, 0.5],
        [2, 0.4],
        [undefined, -0.3],
      ]),
    ).toContain(turned);
    expect(
      reading([
        [1, 0.5],
        [2, -0.4],
        [undefined, -0.3],
      ]),
    ).not.toContain(turned);
    expect(
      reading([
        [1, 0.5],
        [2, 0.4],
        [undefined, 0.3],
      ]),
    ).not.toContain(turned);
    expect(
      reading([
        [1, 0.05],
        [2, 0.4],
        [undefined, -0.3],
      ]),
    ).not.toContain(turned);
  });

  test("draws a stated sample of many neurons, the same each time, but computes correlations from all", () => {
    const files = madeUpFiles({ repeats: 5, hidden: [60, 60] });
    const figure = measureAndLoss(analyse(files), files)!;
    expect(figure.caption).toContain("a random sample of 400 of 600 neurons");
    const keys = (panel: Drawn) =>
      panel.layer[0]!.data.values.map(({ group, repeat, neuron }) => `${group} ${repeat} ${neuron}`);
    const [first, second] = panelsOf(files);
    expect(new Set(keys(first!)).size).toBe(400);
    expect(keys(second!)).toEqual(keys(first!));
    expect(keys(panelsOf(files)[0]!)).toEqual(keys(first!));
    expect(figure.table.rows.map((row) => row[2]).slice(0, 3)).toEqual(["300", "300", "600"]);
  });

  test("lists in its table the correlations that stand above the panels", () => {
    const files = madeUpFiles();
    const { table } = measureAndLoss(analyse(files), files)!;
    for (const { title } of panelsOf(files)) {
      const rhos = table.rows
        .filter(([measure]) => measure === title.text)
        .map(([, place, , rho]) => `${place} ${rho}`);
      expect(title.subtitle.join(", ")).toBe(`ρ: ${rhos.join(", ")}`);
    }
  });
});
