/** What a visitor dropped is found wherever it lies in what was dropped. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";
import { readGiven } from "../../web/engine/given-study.ts";
import { root } from "../support/command-line.ts";
import { tinyIdxFiles } from "../support/idx-folders.ts";

const bytes = unzipSync(new Uint8Array(readFileSync(join(root, "web/public/finished-study.zip"))));
const nameIn = (path: string) => path.slice(path.indexOf("/") + 1);

/** A folder of results as it is dropped: with pictures of its report, and what file managers leave. */
function results(folder: string): GivenFile[] {
  const own = Object.entries(bytes).map(([path, content]) => [nameIn(path), content] as const);
  const others = ["figures/1.svg", "figures/1.vl.json", "report.html", "summary.csv", ".DS_Store"];
  const all = [...own, ...others.map((name) => [name, new Uint8Array(1)] as const)];
  return all.map(([name, content]) => ({
    path: `${folder}${name}`,
    content: new Blob([content as Uint8Array<ArrayBuffer>]),
  }));
}

const idx = (folder: string): GivenFile[] =>
  [...tinyIdxFiles()].map(([name, content]) => ({
    path: `${folder}${name}`,
    content: new Blob([content as Uint8Array<ArrayBuffer>]),
  }));

describe("a folder of results", () => {
  test.each([
    ["that is dropped itself", "mine/", "mine"],
    ["within a folder", "results/mine/", "mine"],
    ["deep within folders", "work/2026/results/mine/", "mine"],
    ["whose files are dropped", "", "dropped files"],
  ])("%s is read whole, with its networks", async (_, folder, label) => {
    const beside = folder.includes("/results/") ? [{ path: "work/notes.txt", content: new Blob(["x"]) }] : [];
    const given = await readGiven([...beside, ...results(folder)]);
    if (given.kind !== "results") return expect.unreachable();
    expect(given.label).toBe(label);
    expect(given.files.missing).toEqual([]);
    expect(given.files.networks!.length).toBeGreaterThan(0);
  });

  test("is asked for where several are dropped, which are named", async () => {
    const several = readGiven([...results("results/b/"), ...results("results/a/")]);
    const error = await several.catch((thrown: unknown) => thrown);
    expect((error as RunError).fault).toEqual({
      what: "there are 2 folders of results",
      where: "results",
      expected: "one at a time",
      found: "results/a, results/b",
      fix: "drop one of them",
    });
  });
});

describe("IDX files", () => {
  test("within a folder of a dropped folder are read", async () => {
    expect(await readGiven(idx("data/bands/"))).toMatchObject({ kind: "dataset", dataset: { name: "bands" } });
  });

  test("of several data sets are refused, and the folders named", async () => {
    const error = await readGiven([...idx("data/one/"), ...idx("data/two/")]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).fault.found).toBe("data/one, data/two");
  });
});
