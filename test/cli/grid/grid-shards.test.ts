/** Grids that several processes divide, that are ended on their way, and of which status says how far they are. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { shareOf, shareText } from "../../../src/cli/grid/share.ts";
import { commandLine, type Finished, finish, onSwiftShader, root, start } from "../../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../../support/scratch-folder.ts";

const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
const common = "data: tiny\nrandom-draws: 1\nscopes: network\nmodes: zero\nsingles: none\nhidden: 6\nrepeats: 2\n";
const write = (name: string, text: string) => writeFileSync(join(scratch, name), text);
write("grid.yaml", `${common}epochs: 1\nseed: [1, 2, 3]\n`);
write("one.yaml", `${common}epochs: 1\nseed: 2\n`);
write("long.yaml", `${common}epochs: 4000\nseed: [1, 2]\n`);

const args = (file: string, out: string) => ["grid", file, "--out", out, "--no-report", ...onSwiftShader];
const gpuImportance = (...words: string[]) => commandLine(words, { folder: scratch });
const status = async (...folders: string[]) => JSON.parse((await gpuImportance("status", ...folders, "--json")).stdout);

async function well(...words: string[]): Promise<Finished> {
  const done = await gpuImportance(...words);
  expect(done.exitCode, done.stderr).toBe(0);
  return done;
}

/** Tables and networks of cells, byte for byte. */
const results = (out: string) =>
  filesBelow(join(scratch, out, "cells"))
    .filter((file) => /\.(csv|safetensors)$/.test(file))
    .map((file) => [file, readFileSync(join(scratch, out, "cells", file), "base64")]);

beforeAll(async () => {
  await well(...args("grid.yaml", "whole"));
});

describe("shards of a grid", () => {
  test("divide whole cells where there are enough, else the repeats of each: all of it, once", () => {
    for (const [cells, of] of [
      [7, 3],
      [3, 3],
      [3, 8],
      [1, 5],
      [2, 7],
    ] as const) {
      const names = Array.from({ length: cells }, (_, index) => `cell ${index}`);
      const done = new Map<string, string[]>();
      for (let index = 1; index <= of; index++) {
        const share = shareOf(names, { index, of });
        const part = share.within ?? { index: 1, of: 1 };
        for (const cell of share.cells) done.set(cell, [...(done.get(cell) ?? []), `${part.index}/${part.of}`]);
        expect(shareText(cells, { index, of }, share)).toContain(cells >= of ? "of every" : "fewer cells");
      }
      expect([...done.keys()].toSorted(), `${cells} cells, ${of} shards`).toEqual(names);
      for (const parts of done.values()) {
        expect(parts).toEqual(parts.map((_, place) => `${place + 1}/${parts.length}`));
      }
    }
  });

  test("with a folder each are merged to the files of one process", async () => {
    for (const index of [1, 2]) await well(...args("grid.yaml", `own ${index}`), "--shard", `${index}/2`);
    const half = await status("own 1");
    expect(half).toMatchObject({ grid: "grid.yaml", complete: false, cells: 3, begun: [], failed: [] });
    expect([half.done.length, half.missing.length]).toEqual([2, 1]);
    expect(half.restSeconds).toBeCloseTo(half.secondsPerCell, 9);
    expect(await status("own 1", "own 2")).toMatchObject({ complete: true, restSeconds: 0 });
    const merged = await well("merge", "own 1", "own 2", "--out", "merged", "--no-report");
    expect(results("merged")).toEqual(results("whole"));
    expect(merged.stdout).toMatch(/^3 +3 +0\.\d{4}/m);
    expect(await status("merged")).toMatchObject({ complete: true });
    // What is missing is listed, and all else is there.
    const partly = await gpuImportance("merge", "own 1", "--out", "partly", "--no-report");
    expect(partly.exitCode).toBe(1);
    expect(partly.stderr).toMatch(/1 of 3 cells are not complete\n {2}found: {4}seed-2_\w+: not begun/);
    expect((await status("partly")).done).toHaveLength(2);
  });

  test("share the repeats of a cell where there are fewer cells, in one folder", async () => {
    for (const index of [1, 2]) {
      const { stderr } = await well(...args("one.yaml", "shared"), "--shard", `${index}/2`);
      expect(stderr).toContain(`fewer cells (1) than shards, so several share a cell's repeats: this one does part`);
    }
    const begun = await status("shared");
    expect(begun).toMatchObject({ complete: false, done: [], missing: [] });
    expect(begun.begun).toHaveLength(1);
    expect((await well("status", "shared")).stdout).toContain(`status shared/cells/${begun.begun[0]}`);
    await well("merge", "shared", "--out", "shared", "--no-report");
    const seed2 = results("whole").filter(([file]) => file!.includes("seed-2"));
    const bytes = (list: typeof seed2) => list.map(([, base64]) => base64);
    expect(bytes(results("shared"))).toEqual(bytes(seed2));
  });

  test("of other grids, with damage or other data are refused or listed, with what and where", async () => {
    const other = await gpuImportance("merge", "whole", "shared", "--out", "none");
    expect(other).toMatchObject({ exitCode: 2, stdout: "" });
    expect(other.stderr).toMatch(/shared: the folders are of different grids\n {2}expected: the 3 cells of whole/);
    const mixed = await gpuImportance("merge", "whole", "tiny", "--out", "none");
    expect(mixed.stderr).toContain("tiny: some of the folders are of a grid, and this is not");
    cpSync(join(scratch, "own 1"), join(scratch, "flipped"), { recursive: true });
    const [name] = (await status("flipped")).done;
    const path = join(scratch, "flipped/cells", name, "curves.csv");
    writeFileSync(path, readFileSync(path, "utf8").replace("low", "lxw"));
    const damaged = await gpuImportance("merge", "flipped", "own 2", "--out", "mended", "--no-report");
    expect(damaged.exitCode).toBe(1);
    expect(damaged.stderr).toContain(`${name}: flipped/cells/${name}/curves.csv: a file of the cell is damaged`);
    expect((await status("mended")).done).toHaveLength(2);
    // What was copied before the damage was found is copied anew.
    await well("merge", "own 1", "own 2", "--out", "mended", "--no-report");
    expect(results("mended")).toEqual(results("whole"));
    cpSync(join(scratch, "own 2"), join(scratch, "other data"), { recursive: true });
    const [done] = filesBelow(join(scratch, "other data/summaries"));
    const summary = join(scratch, "other data/summaries", done!);
    writeFileSync(summary, readFileSync(summary, "utf8").replace(/"sha256": "./, '"sha256": "x'));
    const strange = await gpuImportance("merge", "own 1", "other data", "--out", "none");
    expect(strange).toMatchObject({ exitCode: 2 });
    expect(strange.stderr).toContain("cells do not belong together");
    expect(filesBelow(scratch).filter((file) => file.startsWith("none"))).toEqual([]);
  });
});

test("a grid that a signal ends says what is kept, and the same command goes on with the cell in hand", async () => {
  const running = start(args("long.yaml", "ended"), { folder: scratch });
  let stderr = "";
  const training = new Promise<void>((resolve) => {
    running.stderr.on("data", (chunk) => {
      stderr += chunk;
      if (/^training:/m.test(stderr)) resolve();
    });
    running.once("close", () => resolve());
  });
  const ended = finish(running);
  await training;
  running.kill("SIGTERM");
  const stopped = await ended;
  expect(stopped.signal, stopped.stderr).toBe("SIGTERM");
  expect(stopped.stderr).toMatch(
    /stopped by SIGTERM\n {2}kept: {5}0 of 2 cells complete in ended; of the cell in hand 2 parts in .*\n {2}to do: {4}the same command goes on from there\n$/,
  );
  expect((await status("ended")).begun).toHaveLength(1);
  const again = start(args("long.yaml", "ended"), { folder: scratch });
  let told = "";
  await new Promise<void>((resolve) => {
    again.stderr.on("data", (chunk) => {
      told += chunk;
      if (/goes on behind/.test(told)) resolve();
    });
    again.once("close", () => resolve());
  });
  again.kill("SIGKILL");
  expect(told).toMatch(/training of 2 networks goes on\s+behind epoch/);
});

test("a grid whose device is lost for good ends with 75, and the same command goes on", async () => {
  const preload = pathToFileURL(join(root, "test/support/lose-device.mjs")).href;
  // Whatever device is opened, its first sweep loses it.
  const all = Array.from({ length: 200 }, (_, index) => index + 1).join("|");
  const shell = `export NODE_OPTIONS='--import ${preload}' LOSE_DEVICE='^sweep|${all}';`;
  const lost = await commandLine([...args("grid.yaml", "lost"), "--quiet"], { folder: scratch, shell });
  expect(lost.exitCode, lost.stderr).toBe(75);
  expect(lost.stderr).toMatch(/^gpu-importance: ablating .*: the device was lost$/m);
  expect(lost.stderr).toContain("0 of 3 cells complete in lost; the same command goes on from there");
  // It is no fault of the cell.
  expect(await status("lost")).toMatchObject({ failed: [] });
  const { stderr } = await well(...args("grid.yaml", "lost"));
  expect(stderr).toMatch(/^parts: {3}2 of 2 networks were trained by an earlier run$/m);
  expect(results("lost")).toEqual(results("whole"));
});

test("status of a thousand cells reads no results, and names those that failed", async () => {
  const { writeManyCells } = await import("../../support/many-cells.ts");
  writeManyCells(join(scratch, "many"), { done: 984, failed: 8, begun: 1, missing: 7 });
  const found = await status("many");
  expect(found).toMatchObject({ complete: false, cells: 1000, secondsPerCell: 2 });
  expect([found.done, found.failed, found.begun, found.missing].map(({ length }) => length)).toEqual([984, 8, 1, 7]);
  expect(found.restSeconds).toBe(32);
  const { stdout } = await well("status", "many");
  expect(stdout).toMatch(/^done +984 of 1,000 cells\nfailed +8\n/m);
  expect(stdout).toMatch(/^missing +7\n(?: {9}seed-\d+_\w+\n){5} {9}\.\.\.\nmore {5}5 cells: see --json\nleft /m);
  expect(stdout.match(/see --json/g)).toHaveLength(1);
});
