/** The library reads data by the options of the command line, under their names. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { analyze, loadData } from "../../src/index.ts";
import { testGpu } from "../support/gpu.ts";
import { realNetwork, testRandom } from "../support/networks.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const rows = Array.from({ length: 60 }, (_, i) => `${i},${(7 * i) % 13},${["ant", "bee", "cat"][i % 3]}`);
mkdirSync(join(scratch, "folder"));
const path = join(scratch, "folder/bare.csv");
writeFileSync(path, rows.join("\n"));
writeFileSync(join(scratch, "folder/notes.txt"), "");

test("a table without names, without a column, in another order of classes and with one that has no samples", async () => {
  const notes: string[] = [];
  const options = {
    noHeader: true,
    label: "last",
    split: [0, 50, 50],
    onNote: (line: string) => notes.push(line),
  } as const;
  const data = await loadData(join(scratch, "folder"), { ...options, classes: ["cat", "dog", "bee", "ant"] });
  expect(data).toMatchObject({
    features: 2,
    classes: 4,
    classNames: ["cat", "dog", "bee", "ant"],
    shares: [0, 50, 50],
  });
  expect([data.train.count, data.validation.count, data.test.count]).toEqual([0, 30, 30]);
  expect(notes).toEqual([
    "not read: notes.txt",
    expect.stringMatching(/^warning: "1" only counts/),
    "no samples are of dog",
  ]);
  expect((await loadData(path, { noHeader: true, label: "last", drop: ["1"] })).features).toBe(1);
  await expect(loadData(path, { noHeader: true, label: "last", drop: ["4"] })).rejects.toThrow(UsageError);
});

test("an analysis reads them for as many outputs as its networks have", async () => {
  const network = realNetwork(testRandom(2), [2, 3, 4], "relu");
  const reader = { noHeader: true, label: "last" };
  using gpu = await testGpu();
  const refusal = analyze(gpu, path, [network], { reader });
  await expect(refusal).rejects.toThrow(/not clear which of the network's outputs/);
  await expect(refusal).rejects.toThrow(UsageError);
});
