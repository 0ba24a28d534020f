/** What a visitor dropped is found, however deep in folders; two of a kind are told apart by nobody but the visitor. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readGiven } from "../../web/engine/given-study.ts";
import { tinyIdxFiles } from "../support/idx-folders.ts";

const finished = unzipSync(readFileSync(join(import.meta.dirname, "../../web/public/finished-study.zip")));
const studyFiles = new Map(Object.entries(finished).map(([path, bytes]) => [path.slice(path.indexOf("/") + 1), bytes]));

function below(folder: string, files: ReadonlyMap<string, Uint8Array>) {
  return [...files].map(([name, bytes]) => ({
    path: `${folder}${name}`,
    content: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  }));
}

describe("dropped results", () => {
  test.each(["", "first/", "results/first/", "a/b/results/first/"])("are found in '%s'", async (folder) => {
    const given = await readGiven([
      ...below(folder, studyFiles),
      ...below("a/", new Map([["notes.txt", new Uint8Array()]])),
    ]);
    if (given.kind !== "results") throw new Error(given.kind);
    expect(given.label).toBe(folder === "" ? "dropped files" : "first");
    expect(given.files.study!.repeats.length).toBeGreaterThan(0);
    expect(given.files.networks).toHaveLength(1);
    expect(given.files.missing).toEqual([]);
  });

  test("of several studies are refused, and named", async () => {
    const files = [...below("results/sigmoid/", studyFiles), ...below("results/relu/", studyFiles)];
    await expect(readGiven(files)).rejects.toThrow(
      /^results\/sigmoid\/, results\/relu\/: there are several studies\n.*one at a time\n.*2\n.*drop one of these folders/,
    );
  });
});

describe("dropped IDX files", () => {
  test("are found below a folder", async () => {
    const given = await readGiven(below("MNIST/raw/", tinyIdxFiles()));
    expect(given).toMatchObject({ kind: "dataset", dataset: { name: "raw", classes: 3 } });
  });

  test("of several data sets are refused, and named", async () => {
    const files = [...below("data/mnist/", tinyIdxFiles()), ...below("data/fashion/", tinyIdxFiles())];
    await expect(readGiven(files)).rejects.toThrow(/^data\/mnist\/, data\/fashion\/: there are several data sets/);
  });
});
