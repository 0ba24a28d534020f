/**
 * Which measure ranks best, over several studies with the same orders and greedy ones among them, as Markdown for docs/results.md:
 *   npx tsx scripts/decide-measures.ts RESULTS...
 * League tables by scope (shares of what greedy gains over random orders), measures that rank alike everywhere, how far the best is from
 * greedy, and gradients beside information in each layer.
 */
import { basename, resolve } from "node:path";
import { RANDOM } from "../src/core/ablation.ts";
import { greatest, smallest } from "../src/core/long-arrays.ts";
import { layerScope, type ScopeText } from "../src/core/scope.ts";
import { titleOf } from "../src/measures/columns.ts";
import { searchedWithId } from "../src/measures/remeasured.ts";
import { folderSource } from "../src/platform/node/files.ts";
import { analyse } from "../src/report/analysis/analyse.ts";
import type { Estimate, League, LeagueRow, StudyAnalysis } from "../src/report/analysis/analysis.ts";
import { groupCurves, modeShown } from "../src/report/analysis/curve-groups.ts";
import { areasOf, averaged, difference } from "../src/report/analysis/network-values.ts";
import { readStudyFiles } from "../src/report/files/read-study.ts";
import { estimateMean } from "../src/report/statistics/estimate.ts";
import { signFlipTest } from "../src/report/statistics/permutation-test.ts";
import { markdown } from "./performance-tables.ts";

/** Kendall's tau-b from which two measures are near-duplicates in a layer. */
const ALIKE = 0.9;
const families = {
  gradients: ["sensitivity", "taylor", "taylor_gate", "fisher"],
  information: ["entropy", "mutual_information", "kl_selectivity"],
};

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error("usage: decide-measures.ts RESULTS...");
const read = await Promise.all(
  folders.map((folder) => readStudyFiles(folderSource(folder), basename(resolve(folder)))),
);
const studies = read.map((files) => ({ files, analysis: analyse(files) }));

const fixed = (value: number, digits: number) =>
  value
    .toFixed(digits)
    .replace("-", "\u2212")
    .replace(/(^|\u2212)0\./, "$1.");
const interval = ({ mean, interval: range }: Estimate, digits: number) =>
  range === undefined
    ? fixed(mean, digits)
    : `${fixed(mean, digits)} [${fixed(range.low, digits)}, ${fixed(range.high, digits)}]`;
const probability = (p: number) => (p < 0.001 ? "< .001" : fixed(p, 3));

const table = (cells: readonly (readonly string[])[]) => console.log(`${markdown(cells).join("\n")}\n`);

const leagueOf = ({ leagues }: StudyAnalysis, scope: ScopeText): League | undefined =>
  leagues.find((one) => one.scope === scope);
const isSingle = (measure: string) => measure !== RANDOM && searchedWithId(measure) === undefined;

/** The share of what greedy gains; bold where better than chance, struck out where worse. */
function shareCell(row: LeagueRow | undefined): string {
  if (row?.share === undefined) return "\u2013";
  const text = fixed(row.share.mean, 2);
  return row.verdict === "better" ? `**${text}**` : row.verdict === "worse" ? `~~${text}~~` : text;
}

function leagueTable(scope: ScopeText): void {
  const own = studies.flatMap(({ analysis }) => leagueOf(analysis, scope) ?? []);
  const measures = [...new Set(own.flatMap(({ rows }) => rows.map(({ measure }) => measure)))];
  const rowOf = ({ rows }: League, id: string) => rows.find(({ measure }) => measure === id);
  const ranked = measures
    .map((id) => {
      const shares = own.flatMap((league) => rowOf(league, id)?.share?.mean ?? []);
      return { id, mean: shares.reduce((sum, share) => sum + share, 0) / shares.length };
    })
    .sort((a, b) => b.mean - a.mean);
  console.log(`### ${scope}\n`);
  table([
    ["measure", "mean", ...studies.map(({ analysis }) => analysis.label)],
    ...ranked.map(({ id, mean }) => [
      titleOf(id),
      fixed(mean, 2),
      ...own.map((league) => shareCell(rowOf(league, id))),
    ]),
  ]);
}

const scopes = [...new Set(studies.flatMap(({ analysis }) => analysis.leagues.map(({ scope }) => scope)))];
for (const scope of scopes) leagueTable(scope);

console.log("### Best measure of single neurons beside greedy\n");
table([
  ["study", "scope", "greedy over random, accuracy", "best measure", "its share of that", "p against random (Holm)"],
  ...studies.flatMap(({ analysis }) =>
    scopes.flatMap((scope) => {
      const rows = leagueOf(analysis, scope)?.rows ?? [];
      const greedy = rows.find(({ measure }) => measure.startsWith("greedy_"));
      const best = rows.find(({ measure }) => isSingle(measure));
      if (greedy === undefined || best?.share === undefined) return [];
      const cells = [interval(greedy.difference, 3), titleOf(best.measure), interval(best.share, 2)];
      return [[analysis.label, scope, ...cells, best.holm === undefined ? "\u2013" : probability(best.holm)]];
    }),
  ),
]);

console.log(`### Measures that rank nearly alike: tau-b at least ${fixed(ALIKE, 1)} in some layer of some study\n`);
const pairs = new Map<string, { readonly names: string; taus: number[] }>();
for (const { analysis } of studies) {
  for (const { measure, other, tau } of analysis.agreements) {
    const pair = pairs.get(`${measure} ${other}`) ?? { names: `${titleOf(measure)} and ${titleOf(other)}`, taus: [] };
    pair.taus.push(tau.mean);
    pairs.set(`${measure} ${other}`, pair);
  }
}
const layersInAll = studies.reduce((sum, { analysis }) => sum + analysis.layers.length, 0);
const alike = [...pairs.values()]
  .filter(({ taus }) => taus.length === layersInAll)
  .map(({ names, taus }) => ({ names, least: smallest(taus), most: greatest(taus) }))
  .filter(({ most }) => most >= ALIKE)
  .sort((a, b) => b.least - a.least);
table([
  ["pair", "least tau", "greatest"],
  ...alike.map(({ names, least, most }) => [names, fixed(least, 2), fixed(most, 2)]),
]);

console.log("### Gradients beside information\n");
table([
  ["study", "layer", "gradients minus information, accuracy", "p", "best gradient", "best of information"],
  ...studies.flatMap(({ files, analysis }) => {
    const groups = groupCurves(files.curves ?? []);
    const mode = modeShown(groups);
    return analysis.layers.map((layer) => {
      const scope = layerScope(layer);
      const areas = (measure: string) => areasOf(groups, { scope, measure, direction: "low", mode });
      const [gradients, information] = Object.values(families).map((ids) => averaged(ids.map(areas)));
      const differences = [...difference(gradients!, information!).values()];
      const best = (ids: readonly string[]) =>
        (leagueOf(analysis, scope)?.rows ?? []).find(({ measure }) => ids.includes(measure));
      const named = (row: LeagueRow | undefined) =>
        row === undefined ? "\u2013" : `${titleOf(row.measure)} ${shareCell(row)}`;
      const cells = [interval(estimateMean(differences), 4), probability(signFlipTest(differences))];
      return [analysis.label, `${layer}`, ...cells, named(best(families.gradients)), named(best(families.information))];
    });
  }),
]);
