/**
 * Which measure keeps most accuracy where `prune --keep 50%` removes by it, over several studies with the same measures, as a Markdown
 * table for docs/results.md:
 *   npx tsx scripts/decide-prune.ts RESULTS...
 * The studies have the scope network-ranked in mode mean and a step at half of the neurons. A cell is the mean difference from the random
 * orders of the same network in test accuracy, with p of a sign-flip test over networks; bold is better and struck out worse than chance
 * after Holm's correction over all cells.
 */
import { basename, resolve } from "node:path";
import { type AblationCurve, RANDOM } from "../src/core/ablation.ts";
import { titleOf } from "../src/measures/columns.ts";
import { folderSource } from "../src/platform/node/files.ts";
import { readStudyFiles } from "../src/report/files/read-study.ts";
import { holmAdjusted } from "../src/report/statistics/holm.ts";
import { signFlipTest } from "../src/report/statistics/permutation-test.ts";
import { markdown } from "./performance-tables.ts";

const LEVEL = 0.05;
const SCOPE = "network-ranked";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const fixed = (value: number, sign = "") =>
  `${value < 0 ? "\u2212" : sign}${Math.abs(value).toFixed(3).replace(/^0/, "")}`;
const probability = (p: number) => (p < 0.001 ? "p < .001" : `p ${p.toFixed(3).replace(/^0/, "")}`);

/** Accuracy with half of the neurons removed. @throws Error where that is no step */
function atHalf({ removed, correct, samples, order: { neurons } }: AblationCurve): number {
  const step = Array.from(removed).indexOf(Math.floor(neurons.length / 2));
  if (step < 0) throw new Error("half of the neurons is no step of the curves: choose another --stride");
  return correct[step]! / samples;
}

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error("usage: decide-prune.ts RESULTS...");
const studies = await Promise.all(
  folders.map(async (folder) => {
    const label = basename(resolve(folder));
    const { curves = [] } = await readStudyFiles(folderSource(folder), label);
    const own = curves.filter(({ mode, order }) => mode === "mean" && order.scope === SCOPE);
    const repeats = [...new Set(own.map(({ order }) => order.repeat))];
    const accuracies = (measure: string) =>
      repeats.map((repeat) => {
        const orders = own.filter(({ order }) => order.repeat === repeat && order.measure === measure);
        return mean(orders.filter(({ order }) => measure === RANDOM || order.direction === "low").map(atHalf));
      });
    const random = accuracies(RANDOM);
    const intact = mean(
      own.filter(({ order }) => order.measure === RANDOM).map((one) => one.correct[0]! / one.samples),
    );
    const measures = [...new Set(own.map(({ order }) => order.measure))].filter((id) => id !== RANDOM);
    const differences = new Map(
      measures.map((id) => [id, accuracies(id).map((accuracy, index) => accuracy - random[index]!)]),
    );
    return { label, networks: repeats.length, intact, random: mean(random), differences };
  }),
);

const measures = [...studies[0]!.differences.keys()];
const tests = measures.flatMap((id) => studies.map(({ differences }) => ({ id, values: differences.get(id)! })));
const ps = tests.map(({ values }) => signFlipTest(values));
const holm = holmAdjusted(ps);
const rows = measures.map((id) => {
  const cells = tests.flatMap((test, index) => {
    if (test.id !== id) return [];
    const difference = mean(test.values);
    const mark = holm[index]! >= LEVEL ? "" : difference > 0 ? "**" : "~~";
    return [{ difference, text: `${mark}${fixed(difference, "+")}${mark}, ${probability(ps[index]!)}` }];
  });
  return { id, mean: mean(cells.map(({ difference }) => difference)), cells: cells.map(({ text }) => text) };
});
const table = [
  ["measure", "mean", ...studies.map(({ label }) => label)],
  ["networks", "", ...studies.map(({ networks }) => `${networks}`)],
  ["intact", "", ...studies.map(({ intact }) => fixed(intact))],
  ["random orders", "", ...studies.map(({ random }) => fixed(random))],
  ...rows.toSorted((a, b) => b.mean - a.mean).map((row) => [titleOf(row.id), fixed(row.mean, "+"), ...row.cells]),
];
process.stdout.write(`${markdown(table).join("\n")}\n`);
