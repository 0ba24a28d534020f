/** What killed processes left half-written is removed by the next that writes there; nothing else is. */
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeCacheFile } from "../../src/platform/node/cache-file.ts";
import { openNamedFile } from "../../src/platform/node/named-file.ts";
import { markText, ownMark } from "../../src/platform/node/process-mark.ts";
import { openResultsFolder } from "../../src/platform/node/results-folder.ts";
import { sweepTemporary, temporaryName } from "../../src/platform/node/temporary.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const [running, ended, elsewhere] = [ownMark, { ...ownMark, pid: 2 ** 22 + 1 }, { ...ownMark, place: "00000000" }].map(
  markText,
);
const partial = (name: string, mark: string | undefined) => `${name}.${mark}.0123abcd.partial`;

/** A folder with files of these names; the old ones are two days old. */
function folderOf(name: string, names: readonly string[], old: readonly string[] = []): string {
  const path = join(scratch, name);
  for (const below of ["models", "figures"]) mkdirSync(join(path, below), { recursive: true });
  for (const one of [...names, ...old]) writeFileSync(join(path, one), "x");
  const before = new Date(Date.now() - 2 * 24 * 3600 * 1000);
  for (const one of old) utimesSync(join(path, one), before, before);
  return path;
}

test("a folder of results that holds nothing else counts as empty, and is", async () => {
  const models = [0, 1].map((repeat) => partial(`models/repeat-00${repeat}.safetensors`, [ended, elsewhere][repeat]));
  const figure = partial("figures/figure-1.svg", ended);
  const claim = JSON.stringify({ ...ownMark, pid: 2 ** 22 + 1, run: "gone", host: "here", since: "2026-01-31" });
  const path = folderOf("results", [partial("curves.csv", ended), "orders.csv.partial", ...models, figure]);
  writeFileSync(join(path, ".claim-1"), claim);
  (await openResultsFolder(path, { force: false }))[Symbol.dispose]();
  expect(filesBelow(path)).toEqual([]);
});

test("a file of another name in a folder of results is somebody's, and keeps it from being empty", async () => {
  const names = [partial("mine.csv", ended), partial("models/mine.safetensors", ended)];
  const path = folderOf("mine", names);
  const refused = expect(openResultsFolder(path, { force: false })).rejects;
  await refused.toThrow(/not empty\n.*\n {2}found: {4}(models, mine\.csv|mine\.csv\.[^,]+, models)/);
  (await openResultsFolder(path, { force: true }))[Symbol.dispose]();
  expect(filesBelow(path)).toEqual(names.toSorted());
});

test("of a file that the user named, what ended processes left goes, and other files stay", async () => {
  const others = [partial("small.onnx", running), partial("other.onnx", ended), "small.onnx.partial"];
  const path = folderOf("named", [partial("small.onnx", ended), partial("small.onnx", elsewhere), ...others]);
  await openNamedFile(join(path, "small.onnx"), "--out");
  expect(filesBelow(path).filter((name) => !name.includes(".claim-"))).toEqual(others.toSorted());
});

test("of caches, where others may be writing, what is old or of an ended process goes", async () => {
  const old = [partial("b", elsewhere), "c.0c0ffee0-0000-4000-8000-000000000000.tmp"];
  const stay = ["d.0c0ffee0-0000-4000-8000-000000000000.tmp", partial("a", running), partial("a", elsewhere), "mine"];
  const path = folderOf("cache", [partial("a", ended), ...stay], old);
  await writeCacheFile(join(path, "new"), "x");
  expect(filesBelow(path)).toEqual([...stay, "new"].toSorted());
});

test("of temporary files and folders, what ended processes left goes", () => {
  const path = folderOf("temporary", []);
  const [own, gone] = [temporaryName(""), temporaryName(".pages").replace(markText(ownMark), ended!)];
  const folder = temporaryName("").replace(markText(ownMark), ended!);
  for (const one of [own, folder]) mkdirSync(join(path, one, "below"), { recursive: true });
  for (const one of [gone, "gpu-importance-mine"]) writeFileSync(join(path, one), "x");
  sweepTemporary(path);
  expect(readdirSync(path)).toEqual([own, "gpu-importance-mine", "figures", "models"].toSorted());
});
