/** Runs whose device is lost: once without harm, twice with a message, and what was finished is kept. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, type Finished, onSwiftShader, root } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";
import { readCsvTable, readResults } from "../support/written-results.ts";

const scratch = scratchFolder();
beforeAll(() => {
  writeFolder(scratch, "tiny", tinyIdxFiles());
});

const REPEATS = 3;
const preload = pathToFileURL(join(root, "test/support/lose-device.mjs")).href;

/** So little memory that networks are not all ablated at once: two at first, one after a loss. */
const several = ["--hidden", "72", "--memory", "1", "--scopes", "layers,network"];

/** @param losses a pattern of labels, and which of the submits that match it lose the device, counted over all devices */
function run(out: string, losses: readonly (string | number)[], ...more: string[]): Promise<Finished> {
  const options = ["--hidden", "6", "--repeats", String(REPEATS), "--epochs", "1", "--random-draws", "2", ...more];
  const shell = `NODE_OPTIONS='--import ${preload}' LOSE_DEVICE='${losses.join("|")}';export NODE_OPTIONS LOSE_DEVICE;`;
  return commandLine(["run", "--data", "tiny", "--out", out, "--no-report", ...onSwiftShader, ...options], {
    folder: scratch,
    shell,
  });
}

describe("a run whose device is lost while it ablates", () => {
  test("goes on with a new one, says so, and has the same results", async () => {
    expect((await run("undisturbed", ["never"], ...several)).stderr).not.toContain("lost");
    const { exitCode, stderr } = await run("lost", ["^sweep", 3], ...several);
    expect(exitCode).toBe(0);
    const lossOf =
      /^note: {4}ablating repeats 0 to 1, on SwiftShader.*: the device was lost \(.+\); once more on a new device/m;
    expect(stderr).toMatch(lossOf);
    const [lost, undisturbed] = ["lost", "undisturbed"].map((name) => readResults(join(scratch, name)));
    for (const table of ["neurons", "curves", "orders"] as const) expect(lost![table]).toEqual(undisturbed![table]);
    expect(lost!.study.repeats).toEqual(undisturbed!.study.repeats);
  });

  test("a second time ends with 75, and keeps the curves of the repeats that were finished", async () => {
    // A network reads its tallies twice, so the fourth time, after one in vain, is the second network's first.
    const { exitCode, stdout, stderr } = await run("lost-twice", ["^read walk tallies", 1, 4], "--quiet", ...several);
    expect({ exitCode, stdout }).toEqual({ exitCode: 75, stdout: "" });
    const lines = stderr.split("\n");
    expect(lines[0]).toMatch(/^gpu-importance: ablating repeat 1, on SwiftShader.*: the device was lost$/);
    expect(lines[1]).toMatch(/^ {2}expected: .* MB, at most .* in one array .*; 1 of [12] networks.* at once$/);
    expect(lines[2]).toMatch(/^ {2}found: {4}\w/);
    expect(lines[3]).toMatch(/^ {2}kept: {5}curves of 1 of 3 repeats in lost-twice; study\.json is not written$/);
    expect(lines[4]).toMatch(/^ {2}to do: {4}run again with --memory \d+ \(now \d+\)/);
    const folder = join(scratch, "lost-twice");
    expect(existsSync(join(folder, "study.json"))).toBe(false);
    expect(filesBelow(folder)).toEqual(
      expect.arrayContaining(["curves.csv", "neurons.csv", "orders.csv", "single.csv"]),
    );
    for (const name of ["curves.csv", "single.csv"]) {
      const rows = readCsvTable(join(folder, name)).rows;
      const whole = readCsvTable(join(scratch, "undisturbed", name)).rows;
      expect(rows).toEqual(whole.filter(({ repeat }) => repeat === "0"));
    }
  });
});

describe("--memory and --verbose", () => {
  test("a plan is shown on stderr, in 80 columns, before the training", async () => {
    const { exitCode, stderr } = await run("planned", ["never"], "--verbose", "--memory", "1");
    expect(exitCode).toBe(0);
    const plan = /^plan: {4}at most 1 MB at a time, .*\n(?: {2}.*\n)+/m.exec(stderr)![0];
    for (const stage of ["train", "measure", "ablate"]) {
      expect(plan).toMatch(
        new RegExp(`^  ${stage} +\\d of 3 networks.*\\n +0\\.\\d+ MB, at most 0\\.\\d+ MB in one array \\(`, "m"),
      );
    }
    for (const line of plan.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stderr.indexOf(plan)).toBeLessThan(stderr.indexOf("training:"));
  });

  test("memory that not even one network fits in is refused before the training, and leaves no folder", async () => {
    const { exitCode, stdout, stderr } = await run("too-small", ["never"], "--hidden", "300,300", "--memory", "1");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    const fault =
      /^gpu-importance: plan, stage train: there is not enough memory even for one network at a time\n[\s\S]*/m.exec(
        stderr,
      )![0];
    expect(fault).toMatch(
      /\n {2}expected: at most 1 MB\n {2}found: {4}.* MB, of which .* MB are .*\n {2}to do: {4}--memory \d+ or more, or/,
    );
    expect(existsSync(join(scratch, "too-small"))).toBe(false);
  });
});
