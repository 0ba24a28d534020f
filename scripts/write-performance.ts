/**
 * Writes the tables of docs/performance.md from bench/results/*.json (see measure-performance.ts). `--check` fails where
 * the document does not say what the results say.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type MeasuredResults, withTables } from "./performance-tables.ts";

const document = new URL("../docs/performance.md", import.meta.url);
const folder = new URL("../bench/results/", import.meta.url);

const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
const results = files.sort().map((name) => {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8")) as MeasuredResults;
});
const present = readFileSync(document, "utf8");
const wanted = withTables(present, results);
if (!process.argv.includes("--check")) {
  writeFileSync(document, wanted);
} else if (present !== wanted) {
  console.error("docs/performance.md does not hold what bench/results says: npm run generate");
  process.exitCode = 1;
}
