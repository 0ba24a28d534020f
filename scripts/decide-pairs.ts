/**
 * What pairs of neurons decide, over several studies with pairs and a greedy order, as Markdown tables for docs/results.md:
 *   npx tsx scripts/decide-pairs.ts RESULTS...
 * A table for each claim about pairs: its parts as rows, the effect over networks with its 95 % interval and the p of a sign-flip test, and
 * the verdict after Holm's correction over the claims of the study.
 */
import { basename, resolve } from "node:path";
import { folderSource } from "../src/platform/node/files.ts";
import { analyse } from "../src/report/analysis/analyse.ts";
import type { Estimate } from "../src/report/analysis/analysis.ts";
import { readStudyFiles } from "../src/report/files/read-study.ts";
import { markdown } from "./performance-tables.ts";

const CLAIMS = ["synergy-damage", "redundancy-damage", "pair-orders", "unique-information", "singles-not-sufficient"];

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error("usage: decide-pairs.ts RESULTS...");
const studies = await Promise.all(
  folders.map(async (folder) => {
    const label = basename(resolve(folder));
    return { label, claims: analyse(await readStudyFiles(folderSource(folder), label)).furtherClaims };
  }),
);

const fixed = (value: number) =>
  value
    .toFixed(2)
    .replace("-", "\u2212")
    .replace(/(^|\u2212)0\./, "$1.");
const probability = (p: number | undefined) =>
  p === undefined ? "" : p < 0.001 ? ", p < .001" : `, p ${p.toFixed(3).slice(1)}`;
const shown = ({ mean, interval }: Estimate) =>
  interval === undefined ? fixed(mean) : `${fixed(mean)} [${fixed(interval.low)}, ${fixed(interval.high)}]`;
/** Orders are chosen in each study, and what they leave is of it: a part is what comes before its colon. */
const placeOf = (name: string) => (name.includes("which leaves") ? name.split(":")[0]! : name);

for (const id of CLAIMS) {
  const own = studies.map(({ label, claims }) => ({ label, claim: claims.find((one) => one.id === id) }));
  const places = [...new Set(own.flatMap(({ claim }) => claim?.parts.map(({ name }) => placeOf(name)) ?? []))];
  const rows = places.map((place) => [
    place,
    ...own.map(({ claim }) => {
      const part = claim?.parts.find(({ name }) => placeOf(name) === place);
      if (part === undefined) return "\u2013";
      const which = part.name === place ? "" : `${part.name.slice(place.length + 2)}: `;
      return `${which}${shown(part.effect)}${probability(part.p)}`;
    }),
  ]);
  console.log(`**${own.find(({ claim }) => claim)?.claim?.statement ?? id}**\n`);
  const verdicts = ["verdict", ...own.map(({ claim }) => claim?.verdict ?? "\u2013")];
  console.log(`${markdown([["", ...own.map(({ label }) => label)], ...rows, verdicts]).join("\n")}\n`);
}
