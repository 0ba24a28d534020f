import { parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { beforeAll, describe, expect, test } from "vitest";
import { ablationModes, modeTexts } from "../../../src/core/ablation.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import type { Figure } from "../../../src/report/figures/figure.ts";
import { figuresOf } from "../../../src/report/figures/figures.ts";
import { compiledSpec, renderInlineSvg, renderSvg, specText } from "../../../src/report/figures/render.ts";
import { madeUpFiles } from "./made-up-files.ts";

const figuresFor = (files: StudyFiles) => figuresOf(analyse(files), files);
const ids = (figures: readonly Figure[]) => figures.map(({ id }) => id);

const curveFigures = ["figure-1", "figure-3", "figure-4"];

type Row = Readonly<Record<string, unknown>>;

/** All rows of data in a specification, wherever they stand. */
function dataRows(node: unknown): Row[] {
  if (Array.isArray(node)) return node.flatMap(dataRows);
  if (node === null || typeof node !== "object") return [];
  const { data, ...rest } = node as { data?: { values?: Row[] } };
  return [...(data?.values ?? []), ...Object.values(rest).flatMap(dataRows)];
}

/** Every colour that a specification gives to a title in a scale. */
function scaleColours(node: unknown): [string, unknown][] {
  if (Array.isArray(node)) return node.flatMap(scaleColours);
  if (node === null || typeof node !== "object") return [];
  const { color } = node as { color?: { scale?: { domain: string[]; range: unknown[] } } };
  const here = color?.scale?.domain.map((title, index): [string, unknown] => [title, color.scale!.range[index]]) ?? [];
  return [...here, ...Object.values(node).flatMap(scaleColours)];
}

describe("the figures of a study", () => {
  let files: StudyFiles;
  let figures: Figure[];
  beforeAll(() => {
    files = madeUpFiles();
    figures = figuresFor(files);
  });

  test("are there as far as their data are, each under its number", () => {
    expect(ids(figures)).toEqual(["answer", ...[1, 2, 3, 4, 5, 6, 7].map((number) => `figure-${number}`)]);
    const { neurons: _neurons, ...withoutNeurons } = files;
    expect(ids(figuresFor(withoutNeurons))).toEqual(["answer", ...curveFigures]);
    const { curves: _curves, ...withoutCurves } = files;
    expect(ids(figuresFor(withoutCurves))).toEqual(["figure-2", "figure-5", "figure-6", "figure-7"]);
    const { singles: _singles, ...withoutSingles } = files;
    expect(ids(figuresFor(withoutSingles))).toEqual([
      "answer",
      "figure-1",
      "figure-2",
      "figure-3",
      "figure-4",
      "figure-7",
    ]);
    const { networks: _networks, ...withoutNetworks } = files;
    expect(ids(figuresFor(withoutNetworks))).not.toContain("figure-7");
    expect(ids(figuresFor(madeUpFiles({ modes: ["mean"] })))).not.toContain("figure-1");
    expect(figuresFor({ label: "empty", missing: [] })).toEqual([]);
  });

  test("show other modes where a study has no others, and leave figure 1 to zero and mean", () => {
    for (const modes of [["optimal"], ["least-squares"], ["merge", "optimal"]] as const) {
      const other = figuresFor(madeUpFiles({ modes }));
      expect(ids(other)).not.toContain("figure-1");
      const curves = other.find(({ id }) => id === "figure-4")!;
      expect(curves.caption).toContain(`Removed neurons become ${modeTexts[modes[0]].many}.`);
      expect(JSON.stringify(other)).not.toMatch(/become zero|their mean[.,;]/);
    }
    const all = figuresFor(madeUpFiles({ modes: ablationModes }));
    expect(ids(all)).toEqual(ids(figures));
    expect(all.map(({ reading }) => reading)).toEqual(figures.map(({ reading }) => reading));
  });

  test("say what they show: a title, a reading that ends, a caption and an alternative", () => {
    for (const { title, reading, caption, alternative } of figures) {
      expect(title).not.toBe("");
      expect(reading).toMatch(/^[A-Z].*\d.*\.$/);
      expect(caption).toMatch(/2 repeats|One network/);
      expect(alternative.length).toBeGreaterThan(80);
      expect([reading, caption, alternative].join()).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test("draw no band from one repeat, and say why", () => {
    const single = figuresFor(madeUpFiles({ repeats: 1 }));
    for (const figure of single.filter(({ id }) => curveFigures.includes(id))) {
      expect(figure.caption).toMatch(/^One repeat: /);
      expect(specText(figure)).not.toMatch(/"low"|"area"/);
      expect(figure.table.columns).not.toContain("95 % low");
    }
  });

  test("give each measure the same colour everywhere, and random the ink", () => {
    const isSeries = ([title]: [string, unknown]) => /^[A-Z]/.test(title);
    const colours = figures.flatMap(({ spec }) => scaleColours(spec)).filter(isSeries);
    expect(new Map(colours)).toEqual(
      new Map<string, unknown>([
        ["Mutual information", "#0072B2"],
        ["Random", { expr: "ink" }],
        ["Entropy", "#D55E00"],
        ["KL selectivity", "#009E73"],
      ]),
    );
    const distinct = new Set(colours.map(([title, colour]) => `${title} ${JSON.stringify(colour)}`));
    expect(distinct.size).toBe(4);
  });

  test("list in the table of curves what the pictures hold", () => {
    for (const { id, spec, table } of figures.filter(({ id }) => curveFigures.includes(id))) {
      const drawn = dataRows(spec).map(({ measure, removed, accuracy, low, high }) =>
        [measure, removed, ...[accuracy, low, high].map((value) => (value as number).toFixed(4))].join(),
      );
      const listed = table.rows.map((row) => [row[1], ...row.slice(4)].join());
      expect(listed.length, id).toBeGreaterThan(20);
      expect(drawn, id).toEqual(expect.arrayContaining(listed));
      // Few steps: the tables leave nothing out.
      expect(new Set(listed), id).toEqual(new Set(drawn));
    }
  });

  test("list in the table of violins what the pictures hold", () => {
    const { spec, table } = figures.find(({ id }) => id === "figure-2")!;
    const summaries = dataRows(spec).filter((row) => "median" in row);
    const drawn = summaries.map((row) =>
      [
        row["layer"],
        ...["minimum", "lowerQuartile", "median", "upperQuartile", "maximum", "mean"].map((key) =>
          (row[key] as number).toFixed(3),
        ),
      ].join(),
    );
    expect(table.rows.map((row) => [row[1], ...row.slice(3, 9)].join())).toEqual(drawn);
  });

  test("compile to Vega without a warning, with signals for ink and columns", () => {
    for (const figure of figures) {
      const { signals, layout } = compiledSpec(figure);
      expect(signals!.map(({ name }) => name)).toEqual(expect.arrayContaining(["ink", "panelColumns"]));
      expect(layout).toMatchObject({ columns: { signal: "panelColumns" } });
    }
  });

  test("run under a policy without eval, and have a text for every series where the pointer is", async () => {
    for (const figure of figures) {
      const spec = compiledSpec(figure);
      const view = new View(parse(spec, undefined, { ast: true }), { expr: expressionInterpreter, renderer: "none" });
      await view.signal("panelColumns", 1).runAsync();
      const rows: Row[] = spec.data!.flatMap(({ name }) => view.data(name));
      const steps = rows.filter((row) => Object.keys(row).some((key) => key.startsWith("Random")));
      expect(steps.length > 0, figure.id).toBe(curveFigures.includes(figure.id));
      for (const { removed, ...series } of steps) {
        expect(Object.keys(series).length).toBeGreaterThanOrEqual(4);
        expect(removed).toBeTypeOf("number");
        for (const text of Object.values(series)) expect(text).toMatch(/^0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)$/);
      }
    }
  });

  test("are the same pictures on every run", async () => {
    for (const figure of figures) {
      await expect(await renderSvg(figure)).toMatchFileSnapshot(`snapshots/${figure.id}.svg`);
    }
    const drawn = (drawings: readonly Figure[]) => Promise.all(drawings.map((figure) => renderInlineSvg(figure)));
    const again = figuresFor(madeUpFiles());
    expect(await drawn(again)).toEqual(await drawn(figures));
  });
});

describe("the figures of 50 networks of 200 neurons", () => {
  test("fit a page of 5 MB, specifications and pictures together", async () => {
    const figures = figuresFor(madeUpFiles({ repeats: 50, hidden: [100, 100], randomDraws: 2 }));
    let bytes = 0;
    for (const figure of figures) {
      const svg = await renderInlineSvg(figure);
      expect(svg.length, figure.id).toBeLessThan(250_000);
      bytes += svg.length + JSON.stringify(compiledSpec(figure)).length + JSON.stringify(figure.table).length;
    }
    // What is left of 5 MB after 0.6 MB of scripts, other sections, and a margin of half.
    expect(bytes).toBeLessThan(2_200_000);
  });
});
