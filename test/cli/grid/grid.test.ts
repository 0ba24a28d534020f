/** Grids of studies: each cell as `run` computes it, gone on with, divided, and reported together. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { csvParse } from "d3-dsv";
import { beforeAll, describe, expect, test } from "vitest";
import { claim, claimOfFolder } from "../../../src/platform/node/claim.ts";
import { commandLine, type Finished, onSwiftShader, root } from "../../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../../support/idx-folders.ts";
import { filesBelow, scratchFolder } from "../../support/scratch-folder.ts";

const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
const common = "data: tiny\nepochs: 1\nrepeats: 2\nrandom-draws: 1\nscopes: network\nmodes: zero\nsingles: none\n";
const write = (name: string, text: string) => writeFileSync(join(scratch, name), text);
write("grid.yaml", `${common}activation: [sigmoid, relu]\nhidden: ["6,5", 8]\n`);

const grid = (file: string, out: string, ...more: string[]) =>
  commandLine(["grid", file, "--out", out, ...onSwiftShader, ...more], { folder: scratch });
const read = (...path: string[]) => readFileSync(join(scratch, ...path), "utf8");
const cellsIn = (out: string) =>
  [...new Set(filesBelow(join(scratch, out, "cells")).map((file) => file.split("/")[0]!))].toSorted();
const rowsOf = (out: string) => csvParse(read(out, "grid.csv"));

/** Columns of options in grid.csv. */
const exampleOptions = {
  data: 0,
  repeats: 0,
  hidden: 0,
  activation: 0,
  epochs: 0,
  scopes: 0,
  modes: 0,
  random_draws: 0,
  singles: 0,
};

/** Tables of a study, byte for byte. */
function tables(...path: string[]): string[] {
  return ["neurons.csv", "orders.csv", "curves.csv"].map((name) => read(...path, name));
}

let first: Finished;
beforeAll(async () => {
  first = await grid("grid.yaml", "whole");
});

describe("a grid", () => {
  test("says what it will do, and has a folder of results for each cell, as run makes them", async () => {
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/^grid: {4}4 cells of grid\.yaml: activation \(2\) x hidden \(2\)$/m);
    expect(first.stderr).toMatch(/^grid: {4}.* in all, if the other 3 cells take as long$/m);
    // Data and device are opened once.
    expect(first.stderr.match(/^(data|adapter): /gm)).toEqual(["data: ", "adapter: "]);
    const cells = cellsIn("whole");
    expect(cells).toHaveLength(4);
    expect(cells[0]).toMatch(/^hidden-6-5_activation-relu_[0-9a-f]{16}$/);
    const study = "--hidden 6,5 --activation relu --epochs 1 --repeats 2 --random-draws 1".split(" ");
    const more = "--scopes network --modes zero --singles none --data tiny --out run --no-report".split(" ");
    const run = await commandLine(["run", ...study, ...more, ...onSwiftShader], { folder: scratch });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(tables("whole", "cells", cells[0]!)).toEqual(tables("run"));
    expect(JSON.parse(read("whole", "cells", cells[0]!, "study.json")).config).toEqual(
      JSON.parse(read("run", "study.json")).config,
    );
  });

  test("has a table of all cells, for people and programs", () => {
    expect(first.stdout).toMatch(/^cell +hidden +activation +accuracy +Entropy/m);
    for (const line of first.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const rows = rowsOf("whole");
    expect(rows.map(({ hidden, activation, state }) => [hidden, activation, state])).toEqual([
      ["6,5", "sigmoid", "done"],
      ["8", "sigmoid", "done"],
      ["6,5", "relu", "done"],
      ["8", "relu", "done"],
    ]);
    for (const { cell, test_accuracy: accuracy, ...row } of rows) {
      const { repeats } = JSON.parse(read("whole", "cells", cell!, "study.json"));
      const tests = repeats.map(({ testAccuracy }: { testAccuracy: number }) => testAccuracy);
      expect(Number(accuracy)).toBeCloseTo((tests[0] + tests[1]) / 2, 12);
      const claims = JSON.parse(read("whole", "cells", cell!, "claims.json")).studies[0].claims;
      expect(row["claim_claim1"] || "undecided").toBe(claims[0].verdict);
      expect(row["network_entropy_verdict"]).toBe("undecided");
      // One network less the other: half of it is the mean.
      expect(Number(row["network_entropy_difference"])).toBeGreaterThan(-1);
    }
    for (const file of ["report.html", "compare.html"]) expect(read("whole", file)).toContain("activation");
  });

  test("has a table whose columns docs/files.md describes, and no others", () => {
    const page = readFileSync(join(root, "docs/files.md"), "utf8").split("\n# ").at(-1)!;
    const names = [...page.slice(page.indexOf("| Column")).matchAll(/^\| (`.+?) \| /gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    );
    const header = read("whole", "grid.csv").split("\n")[0]!.split(",");
    const columns = header.flatMap((column) => (column in exampleOptions ? [] : [column]));
    const expected = names.flatMap((name) => {
      if (name === "<option>") return [];
      if (name === "claim_<id>") return columns.filter((column) => column.startsWith("claim_"));
      if (!name.includes("<measure>")) return [name];
      const measures = ["entropy", "mutual_information", "kl_selectivity"];
      return measures.map((measure) => name.replace("<scope>_<measure>", `network_${measure}`));
    });
    expect(columns.toSorted()).toEqual(expected.toSorted());
  });

  test("does nothing again that is there, and says so", async () => {
    const before = filesBelow(join(scratch, "whole")).map((file) => read("whole", file));
    const again = await grid("grid.yaml", "whole");
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/^ +4 cells complete by an earlier run, 0 cells to do$/m);
    expect(again.stderr).not.toMatch(/^(adapter|cell)/m);
    expect(again.stdout).toBe(first.stdout);
    expect(filesBelow(join(scratch, "whole")).map((file) => read("whole", file))).toEqual(before);
  });

  test("clears up what a kill has left beside a complete cell, and makes its report", async () => {
    cpSync(join(scratch, "whole"), join(scratch, "killed"), { recursive: true });
    const [cell] = cellsIn("whole");
    const place = join(scratch, "killed", "cells", cell!);
    const before = filesBelow(place);
    rmSync(join(place, "report.html"));
    mkdirSync(join(place, "parts"));
    for (const file of ["parts/study.part", `parts/network-000-${"a".repeat(64)}.part`])
      writeFileSync(join(place, file), "left");
    const again = await grid("grid.yaml", "killed");
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    expect(filesBelow(place)).toEqual(before);
    expect(tables("killed", "cells", cell!)).toEqual(tables("whole", "cells", cell!));
  });

  test("grows with its file: cells that were there stay, others are none of it any more", async () => {
    cpSync(join(scratch, "whole"), join(scratch, "grown"), { recursive: true });
    write("grown.yaml", `${common}hidden: ["6,5"]\nseed: [1, 0]\nactivation: relu\n`);
    const { exitCode, stderr } = await grid("grown.yaml", "grown", "--no-report");
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/^ +1 cell complete by an earlier run, 1 cell to do$/m);
    expect(stderr).toMatch(/^note: {4}3 cells in grown are none of this grid file/m);
    expect(rowsOf("grown").map(({ seed }) => seed)).toEqual(["1", "0"]);
    expect(cellsIn("grown")).toHaveLength(5);
  });

  test("goes on to the next cell where one fails, and lists that at the end", async () => {
    write("failing.yaml", `${common}hidden: 6\nlabel: [label, x]\nzip: {learning-rate: [1e-3], seed: [0]}\n`);
    write("partly.yaml", `${common.replace("data: tiny\n", "")}hidden: 6\ndata: [nowhere, tiny]\n`);
    const partly = await grid("partly.yaml", "partly");
    expect(partly.exitCode).toBe(1);
    expect(partly.stderr).toMatch(/^failed: {2}.*there is nothing at this path; on to the next cell$/m);
    expect(partly.stderr).toMatch(/^gpu-importance: partly: 1 of 2 cells failed\n {2}found: {4}data-nowhere_\w+: /m);
    expect(rowsOf("partly").map(({ state }) => state)).toEqual(["failed", "done"]);
    expect(rowsOf("partly")[0]!["message"]).toContain("there is nothing at this path");
    expect(read("partly", "report.html")).toContain("Cells that failed");
    // What ails them is mended: only that cell is done.
    writeFolder(scratch, "nowhere", tinyIdxFiles());
    const mended = await grid("partly.yaml", "partly", "--no-report");
    expect(mended.exitCode, mended.stderr).toBe(0);
    expect(mended.stderr).toMatch(/^cell 1 of 1: data-nowhere_/m);
    expect(rowsOf("partly").map(({ state }) => state)).toEqual(["done", "done"]);
    const all = await grid("failing.yaml", "failing", "--no-report");
    expect(all.exitCode).toBe(1);
    expect(all.stderr).toContain("2 of 2 cells failed");
  });

  test("leaves a cell that another process is doing, does the others, and says so", async () => {
    write("two.yaml", `${common}hidden: 6\nseed: [0, 1]\n`);
    const before = await grid("two.yaml", "shared", "--no-report");
    expect(before.exitCode, before.stderr).toBe(0);
    const [first, second] = cellsIn("shared");
    for (const cell of [first!, second!]) rmSync(join(scratch, "shared", "cells", cell, "study.json"));
    const held = await claim(claimOfFolder(join(scratch, "shared", "cells", first!)));
    const { exitCode, stderr } = await grid("two.yaml", "shared", "--no-report", "--force");
    held.release();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^taken: {3}another process is doing it$/m);
    expect(stderr).toContain("shared: of 2 cells 1 are not done: another process is doing them");
    const complete = filesBelow(join(scratch, "shared", "cells")).filter((file) => file.endsWith("study.json"));
    expect(complete).toEqual([`${second}/study.json`]);
  });

  test("says how many have failed, and of how many another process is doing", async () => {
    write("both.yaml", `${common.replace("data: tiny\n", "")}hidden: 6\ndata: [absent, away, tiny]\n`);
    await grid("both.yaml", "both", "--no-report");
    const own = cellsIn("both").find((name) => name.startsWith("data-tiny"))!;
    rmSync(join(scratch, "both", "cells", own, "study.json"));
    const held = await claim(claimOfFolder(join(scratch, "both", "cells", own)));
    const { exitCode, stderr } = await grid("both.yaml", "both", "--no-report");
    held.release();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("both: 2 of 3 cells failed; another process is doing 1 more");
    expect(stderr).toMatch(/^ {2}found: {4}data-absent_\S+: .*\n +data-away_\S+: .*\n {2}kept: /m);
    expect(stderr).toContain("the same command, when that process has ended, tries them again");
  });

  test("does cells again with --force, and unfinished ones from the start with --fresh", async () => {
    write("one.yaml", `${common}hidden: 6\n`);
    const part = await grid("one.yaml", "begun", "--shard", "1/2");
    expect(part.exitCode, part.stderr).toBe(0);
    cpSync(join(scratch, "begun"), join(scratch, "begun-anew"), { recursive: true });
    const goneOn = await grid("one.yaml", "begun", "--no-report");
    const anew = await grid("one.yaml", "begun-anew", "--no-report", "--fresh");
    expect(goneOn.stderr).toMatch(/^parts: {3}1 of 2 networks were trained by an earlier run$/m);
    expect(anew.exitCode, anew.stderr).toBe(0);
    expect(anew.stderr).not.toContain("by an earlier run");
    const [cell] = cellsIn("begun");
    expect(tables("begun-anew", "cells", cell!)).toEqual(tables("begun", "cells", cell!));
    write(join("begun", "cells", cell!, "curves.csv"), "");
    const forced = await grid("one.yaml", "begun", "--no-report", "--force");
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(tables("begun", "cells", cell!)).toEqual(tables("begun-anew", "cells", cell!));
  });

  test("of the examples runs", async () => {
    const { exitCode, stderr, stdout } = await grid(
      join(root, "examples/grid/activations.yaml"),
      "example",
      "--no-report",
    );
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^4 +20,20 +relu +3 +0\.\d{4}/m);
    // On the digits these networks learn.
    for (const { test_accuracy: accuracy } of rowsOf("example")) expect(Number(accuracy)).toBeGreaterThan(0.3);
  }, 240_000);

  test("is refused before anything is made where folder, file or options do not fit", async () => {
    const refused = async (code: number, run: Promise<Finished>, ...texts: (string | RegExp)[]) => {
      const { exitCode, stderr, stdout } = await run;
      expect({ exitCode, stdout }, stderr).toEqual({ exitCode: code, stdout: "" });
      for (const text of texts) expect(stderr).toMatch(text);
    };
    await refused(1, grid("grd.yaml", "none"), "grd.yaml: there is nothing at this path", "did you mean grid.yaml");
    await refused(2, grid("grid.yaml", "run"), "run: the folder for the grid is not empty", "results of a study");
    await refused(2, grid("grid.yaml", "tiny"), "tiny: the folder for the grid is not empty");
    await refused(2, grid("grid.yaml", "none", "--max-cells", "3"), "the grid has many cells", "2 x 2 = 4");
    await refused(2, grid("grid.yaml", "none", "--no-report", "--open"), "--open opens the report");
    await refused(2, grid("grid.yaml", "none", "--shard", "1/2", "--force"), "--force is not for a shard");
    write("adapters.yaml", `${common}adapter: [swiftshader]\n`);
    await refused(2, grid("adapters.yaml", "none"), "--adapter is given twice");
    expect(filesBelow(scratch).filter((name) => name.startsWith("none"))).toEqual([]);
  });
});
