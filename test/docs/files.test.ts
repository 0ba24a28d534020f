/** docs/files.md against folders of results that were just written: every file, every column, its type. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { commandLine, onSwiftShader, root } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const page = readFileSync(join(root, "docs/files.md"), "utf8");
const measures = ["entropy", "mutual_information", "kl_selectivity"];
const CLASSES = 3;
const types: Readonly<Record<string, RegExp>> = {
  uint32: /^(0|[1-9]\d*)$/,
  float32: /^(|-?\d+(\.\d+)?(e[+-]?\d+)?)$/,
  float64: /^(Infinity|-?\d+(\.\d+)?(e[+-]?\d+)?)$/,
  text: /^[a-z_\d-]+$/,
  numbers: /^\d+( \d+)*$/,
};

/** What the page says so of: a share of nothing. */
const mayBeEmpty = new Set(["redundancy_degree", "vulnerability_degree"]);

/** The rows of a file's table: names with their types. */
function described(file: string): { readonly name: string; readonly type: string }[] {
  const section = page.split("\n## ").find((one) => one.startsWith(`${file}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(([, name, type]) => ({ name: name!, type: type! }));
}

function expanded(name: string): string[] {
  if (name.includes("<measure>")) return measures.map((measure) => name.replace("<measure>", measure));
  if (!name.includes("<class>")) return [name];
  return Array.from({ length: CLASSES }, (_, label) => name.replace("<class>", String(label)));
}

/** The columns that the page gives a file, without those of the other number of bits. */
const columnsOf = (file: string, absent: RegExp) =>
  described(file)
    .flatMap(({ name, type }) => expanded(name).map((one) => ({ name: one, type })))
    .filter(({ name }) => !absent.test(name));

const scratch = scratchFolder();
const data = writeFolder(scratch, "bands", tinyIdxFiles());
const model = join(scratch, "planted.safetensors");
const [oneBit, threeBits] = [join(scratch, "analysis"), join(scratch, "run")];

beforeAll(async () => {
  writeFileSync(model, encodeSafetensors(plantedNetwork));
  const common = [
    "--data",
    data,
    "--random-draws",
    "1",
    "--pairs",
    "network",
    "--pair-removals",
    "layers",
    "--groups",
    "3",
    "--no-report",
    ...onSwiftShader,
  ];
  await commandLine(["analyze", model, ...common, "--out", oneBit]);
  const small = ["--repeats", "1", "--epochs", "1", "--hidden", "4,3", "--bits", "3"];
  await commandLine(["run", ...small, ...common, "--out", threeBits]);
}, 120_000);

describe.each([
  ["analyze at one bit", oneBit, /^bias_(entropy|mutual)|_standard_error$/],
  ["run at three bits", threeBits, /^ones|_standard_error$/],
])("the page on files, for %s", (_, folder, absent) => {
  test("has a section for every file, and for no other", () => {
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name!.replace("NNN", "000"));
    const needed = sections.filter((name) => folder === threeBits || name !== "histograms.csv");
    expect(filesBelow(folder)).toEqual(needed.sort());
  });

  test("names the columns of every table in their order, with types that their cells have", () => {
    const tables = filesBelow(folder).filter((name) => name.endsWith(".csv"));
    expect(tables.length).toBeGreaterThan(3);
    for (const table of tables) {
      const [header, ...rows] = readFileSync(join(folder, table), "utf8").trimEnd().split("\n");
      const columns = columnsOf(table, absent);
      expect(header!.split(","), table).toEqual(columns.map(({ name }) => name));
      for (const row of rows) {
        for (const [index, cell] of row.split(",").entries()) {
          const { name, type } = columns[index]!;
          if (cell === "" && mayBeEmpty.has(name)) continue;
          expect(cell, `${table}, ${name}`).toMatch(types[type]!);
        }
      }
    }
  });

  test("names the keys of study.json", () => {
    const study = JSON.parse(readFileSync(join(folder, "study.json"), "utf8"));
    const keys = described("study.json").map(({ name }) => name);
    // Absent where nothing is doubtful.
    expect(Object.keys(study)).toEqual(keys.filter((name) => name !== "warnings" || name in study));
  });
});
