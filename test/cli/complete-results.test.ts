/** The same command in a folder whose results are complete: it has nothing to do, whatever a kill has left beside them. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { ownMark } from "../../src/platform/node/process-mark.ts";
import { commandLine, type Finished, onSwiftShader } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
writeFileSync(join(scratch, "net.safetensors"), encodeSafetensors(plantedNetwork));

const less = ["--scopes", "network", "--modes", "zero", "--singles", "none", "--stride", "3", "--random-draws", "1"];
const sweep = ["--data", "tiny", "--normalize", "0.25,2", ...less, ...onSwiftShader];
const run = ["run", "--hidden", "6,5", "--repeats", "2", "--epochs", "1", ...sweep, "--pairs", "layers"];
const analyze = ["analyze", "net.safetensors", ...sweep];

const gpuImportance = (...args: string[]) => commandLine(args, { folder: scratch });

async function well(...args: string[]): Promise<Finished> {
  const done = await gpuImportance(...args);
  expect(done.exitCode, done.stderr).toBe(0);
  return done;
}

async function refused(args: readonly string[], found: RegExp): Promise<void> {
  const { exitCode, stdout, stderr } = await gpuImportance(...args);
  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/: the folder for results is not empty$/m);
  expect(stderr).toMatch(found);
  expect(stderr).toContain("or add --force to replace the results in it");
}

/** What is in a folder, byte for byte. */
function contentOf(folder: string): ReadonlyMap<string, string> {
  const names = filesBelow(join(scratch, folder));
  return new Map(names.map((name) => [name, readFileSync(join(scratch, folder, name), "latin1")]));
}

/** Leaves what a kill behind study.json does: a claim, a file on its way, parts of the study. */
function leave(folder: string): void {
  const parts = join(scratch, folder, "parts");
  mkdirSync(parts);
  for (const name of ["study", `network-000-${"a".repeat(64)}`, `course-1-of-1-${"b".repeat(64)}`]) {
    writeFileSync(join(parts, `${name}.part`), "left");
  }
  const ended = { ...ownMark, pid: ownMark.pid, start: ownMark.start - 1 };
  const claim = { run: "r", ...ended, host: "here", since: "2026-01-01T00:00:00.000Z" };
  writeFileSync(join(scratch, folder, ".claim-3"), JSON.stringify(claim));
  writeFileSync(join(scratch, folder, "curves.csv.partial"), "left");
}

let first: Finished;
beforeAll(async () => {
  first = await well(...run, "--out", "out");
});

describe("results that are complete", () => {
  test("are what the same command asks for: it ends well, prints their table, and computes nothing", async () => {
    const before = contentOf("out");
    const again = await well(...run, "--out", "out");
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toMatch(/^results in out were complete: nothing was computed$/m);
    expect(again.stderr).not.toMatch(/^(training|report|parts): /m);
    expect(contentOf("out")).toEqual(before);
  });

  test("are cleared up beside, and get the report that a kill has left no time for", async () => {
    const before = contentOf("out");
    cpSync(join(scratch, "out"), join(scratch, "left"), { recursive: true });
    leave("left");
    for (const file of ["report.html", "figures/answer.svg"]) rmSync(join(scratch, "left", file));
    const again = await well(...run, "--out", "left");
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toMatch(/^report: {2}left\/report\.html$/m);
    const after = contentOf("left");
    expect([...after.keys()]).toEqual([...before.keys()]);
    // What is of the report has the folder's name in it.
    const { files } = JSON.parse(before.get("study.json")!);
    for (const name of Object.keys(files)) expect(after.get(name) === before.get(name), name).toBe(true);
    expect(existsSync(join(scratch, "left", "parts"))).toBe(false);
  });

  test("are nothing left to do for a shard", async () => {
    const { stderr } = await well(...run, "--out", "out", "--shard", "1/2");
    expect(stderr).toMatch(/^shard 1\/2: the study in out is complete, with nothing left to do$/m);
    expect(existsSync(join(scratch, "out", "parts"))).toBe(false);
  });

  test("of other options, of other data, or not all there are refused, and stay", async () => {
    const before = contentOf("out");
    // Options are looked at before data are read.
    const elsewhere = run.map((arg) => (arg === "tiny" ? "nowhere" : arg));
    await refused([...elsewhere, "--out", "out", "--seed", "3"], /^ {2}found: {4}.*seed 3 \(there 0\)/m);
    await refused([...run, "--out", "out", "--fresh"], /^ {2}found: {4}claims\.json, curves\.csv, /m);
    await refused([...run, "--out", "out", "--profile"], /^ {2}found: {4}claims\.json, curves\.csv, /m);
    expect(contentOf("out")).toEqual(before);
    cpSync(join(scratch, "out"), join(scratch, "less"), { recursive: true });
    rmSync(join(scratch, "less", "pairs.csv"));
    await refused([...run, "--out", "less"], /^ {2}found: {4}no pairs\.csv, which has 5931 bytes by study\.json$/m);
    writeFileSync(join(scratch, "less", "pairs.csv"), "short");
    await refused(
      [...run, "--out", "less"],
      /^ {2}found: {4}5 bytes of pairs\.csv, which has 5931 bytes by study\.json$/m,
    );
    writeFileSync(join(scratch, "less", "study.json"), "{}");
    await refused([...run, "--out", "less"], /^ {2}found: {4}study\.json: /m);
    const bytes = readFileSync(join(scratch, "out", "curves.csv"));
    writeFileSync(join(scratch, "out", "curves.csv"), bytes.with(bytes.length - 2, bytes.at(-2)! ^ 1));
    const damaged = await gpuImportance(...run, "--out", "out");
    expect(damaged.exitCode).toBe(1);
    expect(damaged.stderr).toMatch(/out\/curves\.csv/);
    writeFileSync(join(scratch, "out", "curves.csv"), bytes);
    const pictures = join(scratch, "tiny", "train-images-idx3-ubyte");
    const own = readFileSync(pictures);
    writeFileSync(pictures, own.with(20, own[20]! ^ 1));
    await refused([...run, "--out", "out"], /^ {2}found: {4}results of another study: dataset "/m);
    writeFileSync(pictures, own);
  });

  test("of an analysis are told by the networks, too", async () => {
    const done = await well(...analyze, "--out", "analysis", "--no-report");
    leave("analysis");
    const before = contentOf("analysis");
    expect((await well(...analyze, "--out", "analysis", "--no-report")).stdout).toBe(done.stdout);
    expect(contentOf("analysis").size).toBeLessThan(before.size);
    const [top, ...others] = plantedNetwork.layers;
    const turned = {
      ...plantedNetwork,
      layers: [{ ...top!, weights: top!.weights.map((weight) => -weight) }, ...others],
    };
    writeFileSync(join(scratch, "net.safetensors"), encodeSafetensors(turned));
    await refused([...analyze, "--out", "analysis", "--no-report"], /results of another study: networks "/);
  });
});

test("a study that a kill stopped behind its tables, pairs among them, goes on", async () => {
  await well(...run, "--out", "begun", "--shard", "1/2");
  for (const name of ["neurons.csv", "pairs.csv", "orders.csv"]) {
    cpSync(join(scratch, "out", name), join(scratch, "begun", name));
  }
  const done = await well(...run, "--out", "begun");
  expect(done.stderr).toMatch(/by an earlier run$/m);
  expect([...contentOf("begun").keys()]).toEqual([...contentOf("out").keys()]);
});
