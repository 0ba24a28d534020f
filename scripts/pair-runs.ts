/**
 * Starts commands that write to one place together, and looks at what comes of it:
 *   npm run build && npx tsx scripts/pair-runs.ts [--count 20] [--seed 1] [--adapter swiftshader] [--only grid]
 * Pairs of run (two studies, the same study, one by force, no --out), analyze, prune, report, report beside run, and a grid, the second started up to half a second after the first. Checked each time: one succeeds, and the other does or
 * is refused because of the first; what is there is what one of them writes alone; nothing hidden is left. Processes of one grid
 * share its cells. Then places that are bad: a
 * full disk (where tmpfs can be mounted), a folder that is removed while a run is at work. Ends with 1 where something is not so.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { folderSource } from "../src/platform/node/files.ts";
import { readStudyFiles } from "../src/report/files/read-study.ts";
import {
  type Ended,
  faultsOf,
  filesOf,
  isHidden,
  prepare,
  seeded,
  start,
  tinyGrid,
  writingCommands,
} from "./tiny-commands.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    adapter: { type: "string", default: "swiftshader" },
    only: { type: "string", default: "" },
  },
});
const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-pairs-"));
const next = seeded(Number(values.seed));
const [run, analyze, prune] = writingCommands(values.adapter);
const REFUSED = /another process writes its results there|is not empty|there is a file of that name/;
/** Of a process of a grid that ended before the other had done the cell in its hand. */
const SHARED = /are not done: another process is doing them/;
const LATEST_MS = 500;

interface Pair {
  readonly name: string;
  /** Both write below `out`. */
  commands(out: string): readonly [readonly string[], readonly string[]];
  /** What is wrong with what is there. */
  check(out: string, ended: readonly Ended[]): Promise<string[]>;
}

/** A complete study, of the seed of the one that won. */
async function studyFaults(out: string, ended: readonly Ended[], seeds?: readonly number[]): Promise<string[]> {
  const { study, missing } = await readStudyFiles(folderSource(join(scratch, out)), out);
  const winner = ended.findIndex(({ code }) => code === 0);
  const faults = missing.map(({ file }) => `${file} is missing`);
  if (seeds !== undefined && study?.config.seed !== seeds[winner]) faults.push("it is the other's study");
  return faults;
}

const seed = (value: number) => ["--seed", String(value)];
const runTo = (out: string, value: number) => [...run!.args(out), ...seed(value)];
const reportTo = (out: string, ...folders: string[]) => ["report", ...folders, "--out", out];

const gridTo = (out: string) => ["grid", "grid.yaml", "--out", out, "--no-report", "--adapter", values.adapter];

/** Figures that a report has, by what it is of. */
const figuresOf = (out: string) => [...filesOf(join(scratch, out)).keys()].filter((name) => name.includes("figure"));

const pairs: readonly Pair[] = [
  {
    name: "run, two studies",
    commands: (out) => [runTo(out, 1), runTo(out, 2)],
    check: (out, ended) => studyFaults(out, ended, [1, 2]),
  },
  {
    name: "run, one study",
    commands: (out) => [runTo(out, 1), runTo(out, 1)],
    check: (out, ended) => studyFaults(out, ended),
  },
  {
    name: "run, the second by force",
    commands: (out) => [runTo(out, 1), [...runTo(out, 2), "--force"]],
    check: (out, ended) => studyFaults(out, ended, [1, 2]),
  },
  {
    name: "analyze and run",
    commands: (out) => [[...analyze!.args(out), ...seed(1)], runTo(out, 2)],
    check: (out, ended) => studyFaults(out, ended, [1, 2]),
  },
  {
    name: "prune",
    commands: (out) => [prune!.args(out), [...prune!.args(out), "--measure", "entropy"]],
    async check(out, ended) {
      const winner = ended.findIndex(({ code }) => code === 0);
      const { measure } = JSON.parse(readFileSync(join(scratch, out, "small.json"), "utf8")) as { measure: string };
      const header = readFileSync(join(scratch, out, "small.onnx.removed.csv"), "utf8").split("\n")[0]!;
      const expected = ["contribution", "entropy"][winner]!;
      const isOfOne = measure === expected && header.includes(expected);
      return isOfOne ? [] : ["files of both"];
    },
  },
  {
    name: "report, of one and of two studies",
    commands: (out) => [reportTo(out, "networks"), reportTo(out, "networks", "analysis")],
    async check(out) {
      const page = readFileSync(join(scratch, out, "report.html"), "utf8");
      const ofTwo = figuresOf(out).some((name) => name.includes("study-2"));
      const isWhole = page.trimEnd().endsWith("</html>");
      return isWhole && ofTwo === page.includes("study-2-figure") ? [] : ["files of both"];
    },
  },
  {
    name: "run, and the report of its folder",
    commands: (out) => [runTo(out, 1), ["report", out]],
    check: async (out, ended) => (ended[0]!.code === 0 ? studyFaults(out, [ended[0]!], [1]) : []),
  },
  {
    name: "grid, one grid",
    commands: (out) => [gridTo(out), gridTo(out)],
    check: async (out) => faultsOf(filesOf(join(scratch, out)), filesOf(join(scratch, "grid-alone")), true),
  },
];

async function pairFaults(pair: Pair, out: string): Promise<string[]> {
  const [first, second] = pair.commands(out);
  const running = [start(first, scratch)];
  await wait(next() * LATEST_MS);
  running.push(start(second, scratch));
  const ended = await Promise.all(running.map((one) => one.ended));
  if (ended.every(({ code }) => code !== 0)) return [`none succeeded: ${ended.map(({ stderr }) => stderr).join("")}`];
  const faults = await pair.check(out, ended);
  for (const { code, stderr } of ended) {
    if (code === 0) continue;
    if (SHARED.test(stderr)) continue;
    const isRefused = REFUSED.test(stderr) || /there is nothing at this path|there are no results/.test(stderr);
    if (!isRefused || stderr.includes("adapter:")) faults.push(stderr);
  }
  if (ended.every(({ code }) => code === 0) && !/^(report|grid)/.test(pair.name)) faults.push("both succeeded");
  return [...faults, ...[...filesOf(join(scratch, out)).keys()].filter(isHidden).map((name) => `left ${name}`)];
}

/** Runs without --out that begin within a second have a folder each. */
async function defaultFolders(count: number): Promise<string[]> {
  const folder = join(scratch, "default");
  mkdirSync(folder);
  const [, ...rest] = run!.args("");
  const args = ["run", ...rest.slice(0, -2), "--epochs", "1", "--data", join(scratch, "bands.csv")];
  const ended = await Promise.all(Array.from({ length: count }, () => start(args, folder).ended));
  const studies = [...filesOf(folder).keys()].filter((name) => name.endsWith("study.json"));
  const faults = ended.filter(({ code }) => code !== 0).map(({ stderr }) => stderr);
  return studies.length === count ? faults : [...faults, `${studies.length} folders of ${count}`];
}

/** A folder that somebody removes while a run is at work is complete at its end. */
async function removedFolder(out: string, undisturbedMs: number): Promise<string[]> {
  const running = start(runTo(out, 1), scratch);
  await wait(next() * undisturbedMs);
  rmSync(join(scratch, out), { recursive: true, force: true, maxRetries: 5 });
  const ended = await running.ended;
  if (ended.code !== 0) return [ended.stderr];
  // Removed after its end.
  return existsSync(join(scratch, out)) ? studyFaults(out, [ended], [1]) : [];
}

/** A disk of few bytes: refused, or full on the way; what is there under its name is whole. */
async function fullDisk(kilobytes: number): Promise<string[]> {
  const folder = join(scratch, `disk-${kilobytes}`);
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "none", folder]);
  try {
    const ended = await start(runTo(join(folder, "out"), 1), scratch).ended;
    const files = filesOf(join(folder, "out"));
    const faults = [...files.keys()].filter(isHidden).map((name) => `left ${name}`);
    if (ended.code === 0) return faults;
    if (!/no space left on the disk/.test(ended.stderr)) faults.push(ended.stderr);
    if (files.size > 0 && !/\n {2}kept: {5}\d networks? in /.test(ended.stderr))
      faults.push(`not said: ${ended.stderr}`);
    if (files.has("study.json")) faults.push("study.json of a run that failed");
    return faults;
  } finally {
    execFileSync("umount", [folder]);
  }
}

let failed = 0;
async function tell(name: string, work: () => Promise<string[]>): Promise<void> {
  const faults = await work();
  process.stdout.write(`${name}: ${faults.length === 0 ? "good" : `FAULT ${faults.join("; ")}`}\n`);
  if (faults.length > 0) failed++;
}

function canMount(): boolean {
  const folder = join(scratch, "mounted");
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false; // not root, or in a container that may not
  }
}

async function badPlaces(elapsedMs: number): Promise<void> {
  await tell("4 runs without --out", () => defaultFolders(4));
  for (let index = 0; index < 4; index++) {
    await tell(`folder removed ${index}`, () => removedFolder(`removed-${index}`, 1.5 * elapsedMs));
  }
  if (canMount()) {
    for (const size of [4, 32, 64, 256, 1024]) await tell(`disk of ${size} kB`, () => fullDisk(size));
  } else process.stdout.write("no disk can be mounted here, so none was filled\n");
}

async function main(): Promise<void> {
  await prepare(scratch, values.adapter);
  writeFileSync(join(scratch, "grid.yaml"), tinyGrid("activation: [sigmoid, relu]"));
  const alone = await start(gridTo("grid-alone"), scratch).ended;
  if (alone.code !== 0) throw new Error(alone.stderr);
  const { elapsedMs } = await start(analyze!.args("analysis"), scratch).ended;
  const asked = pairs.filter(({ name }) => name.startsWith(values.only));
  for (let index = 0; index < Number(values.count); index++) {
    const pair = asked[index % asked.length]!;
    await tell(`${index} ${pair.name}`, () => pairFaults(pair, `pair-${index}`));
  }
  if (values.only === "") await badPlaces(elapsedMs);
  process.stdout.write(`seed ${values.seed}: ${failed} with faults\n`);
}

try {
  await main();
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
