/** Where results and output go: --out and --force, places that cannot be written, readers that leave. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, type Finished, finish, onSwiftShader, start } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { readResults } from "../support/written-results.ts";

const scratch = scratchFolder();
beforeAll(() => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
});

const small = ["--no-report", "--hidden", "4", "--repeats", "1", "--epochs", "1", "--random-draws", "1"];
const runTo = (out: string, ...more: string[]) => ["run", "--data", "tiny", "--out", out, ...onSwiftShader, ...more];
const run = (out: string, ...more: string[]) => commandLine(runTo(out, ...small, ...more), { folder: scratch });

const complete = [
  "curves.csv",
  "models/repeat-000.safetensors",
  "neurons.csv",
  "orders.csv",
  "single.csv",
  "study.json",
];

/** Leaves what an earlier, larger run would have, a file it was writing when it was killed, and one that is none of ours. */
function oldResults(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(join(folder, "models"), { recursive: true });
  const stale = ["curves.csv", "curves.csv.partial", "models/repeat-000.safetensors", "models/repeat-007.safetensors"];
  for (const file of ["study.json", "notes.txt", ...stale]) writeFileSync(join(folder, file), "old");
  return folder;
}

/** No output, no stack trace; the fault on one line, then expected, found and what to do. */
function expectMessage({ exitCode, stdout, stderr }: Finished, code: number, first: RegExp, found: RegExp): void {
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  const [what, expected, got, fix, ...rest] = stderr.split("\n").filter((line) => !line.startsWith("  kept:"));
  expect(what).toMatch(first);
  expect(expected).toMatch(/^ {2}expected: \w/);
  expect(got).toMatch(found);
  expect(fix).toMatch(/^ {2}to do: {4}\w/);
  expect(rest).toEqual([""]);
}

describe("a folder for results that is not empty", () => {
  test("is refused as wrong usage, before anything is computed, and stays as it was", async () => {
    const folder = oldResults("kept");
    const before = filesBelow(folder);
    const what = /^gpu-importance: kept: the folder for results is not empty$/;
    const result = await run("kept");
    expectMessage(result, 2, what, /^ {2}found: {4}study\.json: the file is not JSON$/);
    expect(result.stderr).toContain("or add --force to replace the results in it");
    expect(filesBelow(folder)).toEqual(before);
    for (const file of before) expect(readFileSync(join(folder, file), "utf8")).toBe("old");
  });

  test("keeps its results where a forced run fails on its data", async () => {
    const folder = oldResults("spared");
    const before = filesBelow(folder);
    const args = ["run", "--data", "nowhere", "--out", "spared", "--force"];
    expect((await commandLine(args, { folder: scratch })).exitCode).toBe(1);
    expect(filesBelow(folder)).toEqual(before.filter((name) => name !== "curves.csv.partial"));
  });

  test("holds the new results and nothing stale after a forced run, and what is not ours", async () => {
    const folder = oldResults("forced");
    expect(await run("forced", "--force", "--quiet")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(filesBelow(folder)).toEqual([...complete, "notes.txt"].sort());
    expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("old");
    expect(readResults(folder).study.config.repeats).toBe(1);
  });
});

describe("a place that cannot be written to", () => {
  test.each([
    ["below a file", "tiny/t10k-labels-idx1-ubyte/results"],
    ["a file", "tiny/t10k-labels-idx1-ubyte"],
    ["a device", "/dev/full"],
  ])("is refused before anything is computed: %s", async (_, out) => {
    const what = new RegExp(`^gpu-importance: ${out}: results cannot be written$`);
    expectMessage(await run(out), 1, what, /^ {2}found: {4}.*a file/);
    expect(filesBelow(join(scratch, "tiny"))).toEqual([...tinyIdxFiles().keys()].sort());
  });

  test("leaves no half of a file that could not be written in full", async () => {
    const shell = "ulimit -f 1024;"; // 512 KiB: more than SwiftShader needs for itself, less than these orders take
    const tables = ["--hidden", "60,60", "--scopes", "network", "--random-draws", "300"];
    const args = runTo("limited", "--quiet", "--repeats", "2", "--epochs", "1", ...tables);
    const models = ["models/repeat-000.safetensors", "models/repeat-001.safetensors"];
    const what = /^gpu-importance: limited\/orders\.csv: results cannot be written$/;
    const result = await commandLine(args, { folder: scratch, shell });
    expectMessage(result, 1, what, /^ {2}found: {4}the file grew beyond the size that is allowed$/);
    const kept = "2 networks in limited/models; neurons.csv in limited; study.json is not written";
    expect(result.stderr).toContain(`\n  kept:     ${kept}; the same command goes on from there\n`);
    const left = filesBelow(join(scratch, "limited"));
    const parts = left.filter((name) => name.startsWith("parts/"));
    expect(left.filter((name) => !name.startsWith("parts/"))).toEqual([...models, "neurons.csv"]);
    const kinds = parts.map((name) => /^parts\/([a-z]+-\d+)-[0-9a-f]{64}\.part$/.exec(name)?.[1]);
    expect(kinds).toEqual(expect.arrayContaining(["network-000", "network-001", "table-000", "table-001"]));
  });
});

describe("the standard streams", () => {
  test("that are full end the run with 75 and a message, the results being complete", async () => {
    const args = runTo("full", ...small, "--quiet");
    const { exitCode, stderr } = await commandLine(args, { folder: scratch, redirection: "> /dev/full" });
    expect(exitCode).toBe(75);
    expect(stderr).toMatch(
      /^gpu-importance: stdout: the output cannot be written\n {2}found: {4}ENOSPC.*\n {2}kept: {5}all results in full.*\n {2}to do: .*\n$/,
    );
    expect(filesBelow(join(scratch, "full"))).toEqual(complete);
  });

  test("may be closed by their readers without harm to the run", async () => {
    const running = start(runTo("unread", ...small), { folder: scratch });
    running.stdout.destroy();
    running.stderr.destroy();
    const exitCode = await new Promise((resolve) => running.once("close", resolve));
    expect(exitCode).toBe(0);
    expect(filesBelow(join(scratch, "unread"))).toEqual(complete);
  });

  test("get nothing with --quiet but the table", async () => {
    const { stdout, stderr } = await finish(start(runTo("quiet", ...small, "--quiet"), { folder: scratch }));
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\nAccuracy of the intact networks, over 1 repeat\n/);
  });
});
