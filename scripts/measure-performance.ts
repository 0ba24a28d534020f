/**
 * Measures everything that docs/performance.md has tables of, on one adapter and a machine that does nothing else:
 *   npm run build && npx tsx scripts/measure-performance.ts NAME [options of bench, for example --adapter llvmpipe]
 * writes bench/results/NAME.json; `npm run generate` then writes the tables. Commit the sources first: the results name
 * the commit that they came from.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { MeasuredCall, MeasuredResults } from "./performance-tables.ts";

const [name, ...options] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) {
  throw new Error("usage: measure-performance.ts NAME [options of bench]; NAME of small letters, digits and hyphens");
}
const root = fileURLToPath(new URL("..", import.meta.url));

/** What is measured: the defaults, 50 networks at once, the scaling tables. On lavapipe and two cores about 8 minutes. */
const calls: readonly (readonly string[])[] = [
  ["all"],
  ["matmul", "--repeats", "50"],
  ["train", "--repeats", "50"],
  ["scaling", "--seconds", "2"],
];

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
}

function measure(args: readonly string[]): MeasuredCall {
  const command = ["bench", ...args, ...options];
  console.error(`gpu-importance ${command.join(" ")}`);
  const text = execFileSync(process.execPath, ["dist/cli.js", ...command, "--json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { command: `gpu-importance ${command.join(" ")}`, ...JSON.parse(text) };
}

/** Ten of the hexadecimal digits name a commit; `+` says that the tree held more than it. */
const commit = git("rev-parse", "--short=10", "HEAD") + (git("status", "--porcelain") === "" ? "" : "+");
const [processor] = cpus();
const results: MeasuredResults = {
  name,
  date: new Date().toISOString().slice(0, "2000-01-01".length),
  commit,
  machine: `${cpus().length} cores of ${processor?.model.trim() ?? "an unknown processor"}`,
  calls: calls.map(measure),
};
mkdirSync(new URL("../bench/results/", import.meta.url), { recursive: true });
const file = new URL(`../bench/results/${name}.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
console.error(`wrote ${fileURLToPath(file)}; npm run generate writes the tables`);
