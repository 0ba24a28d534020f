/** Commands that are started together and would write to one place: one does, the other is refused before it computes. */
import { readFileSync, writeFileSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { folderSource } from "../../src/platform/node/files.ts";
import { makeNewFolder } from "../../src/platform/node/results-folder.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";
import { resultFiles } from "../../src/report/files/result-files.ts";
import { madeUpStudy } from "../report/made-up-study.ts";
import { commandLine, type Finished, onSwiftShader } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
writeFileSync(join(scratch, "planted.safetensors"), encodeSafetensors(plantedNetwork));

const together = (commands: readonly (readonly string[])[]) =>
  Promise.all(commands.map((args) => commandLine(args, { folder: scratch })));

/** One came to its end; the others say who has the place, and have opened no device. @returns which one */
function winnerOf(results: readonly Finished[], place: string): number {
  expect(results.map(({ exitCode }) => exitCode).toSorted(), JSON.stringify(results)).toEqual([0, 1]);
  const refused = results.find(({ exitCode }) => exitCode === 1)!;
  expect(refused.stderr).toMatch(
    new RegExp(`^gpu-importance: ${place}: another process writes its results there\n {2}expected: `),
  );
  expect(refused.stderr).toMatch(/\n {2}found: {4}process \d+ on .+, since .+\n {2}to do: {4}choose another --out/);
  return results.findIndex(({ exitCode }) => exitCode === 0);
}

describe("one of two commands has the place", () => {
  test("runs of two studies, even by force: its folder holds one study, and nothing of the other", async () => {
    const run = (seed: number, ...more: string[]) =>
      ["run", "--data", "tiny", "--out", "one", "--seed", String(seed), "--hidden", "4", "--repeats", "1"].concat(
        ["--epochs", "1", "--random-draws", "1", "--no-report", ...onSwiftShader],
        more,
      );
    const winner = winnerOf(await together([run(1), run(2, "--force")]), "one");
    const files = await readStudyFiles(folderSource(join(scratch, "one")), "one");
    expect(files.study!.config.seed).toBe(winner + 1);
    expect(files.missing).toEqual([]);
    expect(filesBelow(join(scratch, "one")).filter((name) => name.startsWith(".") || name.includes("partial"))).toEqual(
      [],
    );
  });

  test("prunings to one name: its list is that of its network", async () => {
    const prune = (keep: string) =>
      ["prune", "planted.safetensors", "--data", "tiny", "--keep", keep, "--out", "small.npz"].concat(onSwiftShader);
    const winner = winnerOf(await together([prune("6"), prune("8")]), "small\\.npz");
    const rows = readFileSync(join(scratch, "small.npz.removed.csv"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(1 + 12 - [6, 8][winner]!);
    expect(filesBelow(scratch).filter((name) => name.includes("small.npz"))).toEqual([
      "small.npz",
      "small.npz.removed.csv",
    ]);
  });
});

test("reports of one folder that are made together leave a whole one", async () => {
  const files = resultFiles(madeUpStudy());
  writeFolder(scratch, "study", new Map());
  for (const { name, chunks } of files.filter((file) => !file.name.includes("/"))) {
    writeFileSync(join(scratch, "study", name), [...chunks].join(""));
  }
  const results = await together([
    ["report", "study"],
    ["report", "study"],
  ]);
  expect(results.map(({ exitCode }) => exitCode)).toContain(0);
  const page = readFileSync(join(scratch, "study/report.html"), "utf8");
  expect(page.trimEnd().endsWith("</html>")).toBe(true);
  expect(filesBelow(join(scratch, "study")).filter((name) => /^\.|partial/.test(name))).toEqual([]);
});

test("new folders of one name are never the same", async () => {
  const path = join(scratch, "results/mnist-sigmoid-20260131-235959");
  const made = await Promise.all(Array.from({ length: 20 }, () => makeNewFolder(path)));
  expect(new Set(made).size).toBe(20);
  expect(
    made.map((name) => name.slice(path.length)).toSorted((a, b) => b.length - a.length || (a < b ? 1 : -1)),
  ).toEqual([
    ...Array.from({ length: 11 }, (_, index) => `-${20 - index}`),
    ...[9, 8, 7, 6, 5, 4, 3, 2].map((n) => `-${n}`),
    "",
  ]);
});

test("a folder can be made where another command takes the one above it away as it ends", async () => {
  const above = join(scratch, "vanishing");
  // Whoever ends removes what it made and finds empty, at any moment.
  let isOver = false;
  const ending = (async () => {
    while (!isOver) {
      await rmdir(above).catch(() => {}); // Not there, or in use.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (let run = 0; run < 200; run++) {
    const made = await makeNewFolder(join(above, "results"));
    await rmdir(made);
  }
  isOver = true;
  await ending;
});
