/** Figure 8: which measures rank neurons alike. */
import { expect, test } from "vitest";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import { agreementFigure } from "../../../src/report/figures/agreement.ts";
import { leagueSection } from "../../../src/report/page/league-section.ts";
import { plantedStudy } from "../analysis/planted-study.ts";

const measures = ["entropy", "fisher", "taylor", "wanda"];
/** fisher ranks as entropy does, taylor the other way round; wanda is the same for all neurons. */
const bits = (measure: string, _: number, neuron: number) =>
  ({ entropy: neuron, fisher: neuron ** 3, taylor: -neuron })[measure] ?? 1;
const study = plantedStudy({ repeats: 2, hidden: [4, 3], measures, bits, area: () => 0.5 });
const analysis = analyse(study);

test("names near-duplicates, and lists every pair that has a value in every layer", () => {
  const figure = agreementFigure(analysis)!;
  expect(figure.reading).toBe("Near-duplicates, which agree to 0.9 or more in every layer: Entropy with Fisher.");
  expect(figure.table.rows.map((row) => row.slice(0, 4))).toEqual(
    [1, 2].flatMap((layer) => [
      ["Entropy", "Taylor", String(layer), "\u22121.00"],
      ["Entropy", "Fisher", String(layer), "+1.00"],
      ["Taylor", "Fisher", String(layer), "\u22121.00"],
    ]),
  );
  expect(agreementFigure({ ...analysis, agreements: analysis.agreements.slice(2) })!.reading).toBe(
    "No two measures agree to 0.9 or more in every layer.",
  );
});

test("leagues say what evidence cost a network, and among how many it was shared", () => {
  const planted = plantedStudy({ repeats: 2, hidden: [4, 3], measures, bits, area: () => 0.5, config: {} });
  const own = analysis.study ?? analyse(planted).study!;
  const costs = [
    { of: ["entropy", "wanda"], networks: 4, elapsedMs: 10 },
    { of: ["taylor"], networks: 4, elapsedMs: 4936 },
    { of: ["entropy"], networks: 2, elapsedMs: 1 },
  ];
  const told = { ...analysis, study: { ...own, provenance: { ...own.provenance, costs } } };
  const { text } = leagueSection([told])!.content;
  const cellsOf = (title: string) => new RegExp(`<th[^>]*>${title}</th>(.*?)</tr>`, "s").exec(text)![1]!;
  const lastCells = (title: string) =>
    [...cellsOf(title).matchAll(/<td[^>]*>(.*?)<\/td>/gs)].slice(-2).map((m) => m[1]);
  expect(lastCells("Entropy")).toEqual(["3", "2"]);
  expect(lastCells("Wanda")).toEqual(["2.5", "2"]);
  expect(lastCells("Taylor")).toEqual(["1,200", "\u2013"]);
  expect(lastCells("Fisher")).toEqual(["\u2013", "\u2013"]);
  expect(leagueSection([analysis])!.content.text).not.toContain("shared by");
});

test("figure and leagues are absent for the paper's measures alone", () => {
  const paper = analyse(plantedStudy({ repeats: 2, hidden: [4, 3], bits, area: () => 0.5 }));
  expect(agreementFigure(paper)).toBeUndefined();
  expect(leagueSection([paper])).toBeUndefined();
  expect(leagueSection([analysis])!.content.text).toContain("layer 1: 4 orders, lowest value first");
});
