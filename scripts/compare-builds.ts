/**
 * Whether two builds write the same, byte for byte: for changes of the house that must change no result.
 *   npm run build && npx tsx scripts/compare-builds.ts BEFORE/dist/cli.js [--adapter swiftshader] [--kept FOLDER] [--only NAME]
 *     [MODEL ...]
 * Runs small commands with both programs, one after another, and compares stdout and every file; with MODELs (784 inputs, 10
 * classes) `analyze` of each as well. Of study.json and the report's page, when and how long the run was does not count. What
 * BEFORE wrote is kept in FOLDER, and taken from there the next time. Ends with 1 where something differs.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeTable } from "./tiny-commands.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    adapter: { type: "string", default: "swiftshader" },
    kept: { type: "string" },
    only: { type: "string" },
  },
});
const [before, ...models] = positionals;
if (before === undefined) throw new Error("usage: compare-builds.ts BEFORE/dist/cli.js [options] [MODEL ...]");
const after = join(import.meta.dirname, "../dist/cli.js");

interface Case {
  readonly name: string;
  readonly args: readonly string[];
}

const words = (text: string) => text.split(" ");
const small = words("--epochs 2 --stride 10 --random-draws 2");
const table = words("--data bands.csv --epochs 3 --random-draws 2");
/** So little memory that networks are trained, measured and ablated one after another. */
const inGroups = words("--memory 1");
const runs: readonly Case[] = [
  { name: "sigmoid", args: ["run", ...words("--hidden 30,20 --repeats 3"), ...small] },
  { name: "relu", args: ["run", ...words("--activation relu --hidden 24,9,17 --repeats 2 --seed 3"), ...small] },
  { name: "bits", args: ["run", ...words("--hidden 20,15 --repeats 2 --bits 3"), ...small] },
  {
    name: "groups",
    args: ["run", ...table, ...words("--hidden 40,30 --repeats 5 --scopes layers,network"), ...inGroups],
  },
  {
    name: "all",
    args: ["run", ...table, ...words("--hidden 9,7 --repeats 4 --measures all --singles 3 --standardize")],
  },
  {
    name: "masked",
    args: ["run", ...table, ...words("--hidden 8 --repeats 2 --sweep masked --singles none --noisy-labels 0.2")],
  },
  {
    name: "quantiles",
    args: [
      "run",
      ...table,
      ...words("--hidden 9,7 --repeats 3 --bits 2 --bins equal-frequency --modes zero --no-report"),
    ],
  },
];
const analyses = models.map((model): Case => {
  const few = words("--stride 10 --random-draws 1 --singles 20");
  return { name: basename(model), args: ["analyze", resolve(model), "--data", "mnist", ...few] };
});

/** What a file says, less when and how long the run was. */
function settled(name: string, bytes: Buffer): string {
  const text = bytes.toString("latin1");
  if (basename(name) === "study.json") {
    const study = JSON.parse(bytes.toString("utf8"));
    return JSON.stringify({ ...study, provenance: { ...study.provenance, started: "", elapsedMs: {}, costs: [] } });
  }
  return name.endsWith(".html") ? text.replaceAll(/<dt>(started|took)<\/dt><dd>.*?<\/dd>/g, "") : text;
}

/** Every file below a folder, by its name. */
function contents(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), settled(relative(folder, path), readFileSync(path))]));
}

/** Runs a command, its results below the folder, and what it prints in a file beside them. */
function ran(program: string, { args }: Case, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeTable(folder);
  const all = [resolve(program), ...args, "--adapter", values.adapter, "--out", "out", "--quiet"];
  // The same path at every start, as it is in the report; quiet, as trials that tell how long it will take are no use here.
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${status}\n${stderr}`);
  writeFileSync(join(folder, "stdout"), stdout);
}

/** What differs, as sentences. */
function differences(folder: string, other: string): string[] {
  const [one, two] = [contents(folder), contents(other)];
  const names = [...new Set([...one.keys(), ...two.keys()])].sort();
  return names.flatMap((name) => {
    if (!two.has(name)) return [`${name} is written no more`];
    if (!one.has(name)) return [`${name} is new`];
    return one.get(name) === two.get(name) ? [] : [`${name} differs`];
  });
}

const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-builds-"));
const kept = values.kept ?? join(scratch, "before");
try {
  for (const one of [...runs, ...analyses].filter(({ name }) => values.only === undefined || name === values.only)) {
    const reference = join(kept, one.name);
    if (!existsSync(join(reference, "stdout"))) ran(before, one, reference);
    const begin = performance.now();
    ran(after, one, join(scratch, "after"));
    const found = differences(reference, join(scratch, "after"));
    const took = ((performance.now() - begin) / 1000).toFixed(1);
    const said = found.length === 0 ? `${contents(reference).size} files are the same` : found.join("; ");
    console.log(`${one.name} (${took} s): ${said}`);
    if (found.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
