/**
 * What we use of hyparquet beside its documented interface: single pages, which it hands out nowhere else. Its files are in
 * its `exports`, but no release promises that they stay; this says what moved before a table is read wrongly.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as column from "hyparquet/src/column.js";
import * as convert from "hyparquet/src/convert.js";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const json = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8")) as Record<string, never>;

/** Per file of hyparquet: functions with their parameters, and objects with what we give on or replace. */
const used = {
  "column.js": {
    parquetHeader: "(reader)",
    readPage: "(reader, header, columnDecoder, dictionary, previousChunk, pageStart)",
  },
  "convert.js": { convert: "(data, columnDecoder)", DEFAULT_PARSERS: ["stringFromBytes"] },
} as const;

test("one file of ours imports private files of hyparquet, and of them what is named here", () => {
  const imports = (readdirSync(join(root, "src"), { recursive: true }) as string[])
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => {
      const found = readFileSync(join(root, "src", path), "utf8").matchAll(
        /import \{([^}]*)\} from "hyparquet\/src\/([^"]*)"/g,
      );
      return [...found].map(([, names, file]) => ({ path, file, names: names!.split(",").map((name) => name.trim()) }));
    });
  const expected = Object.entries(used).map(([file, names]) => {
    return { path: "data/tables/parquet-pages.ts", file, names: Object.keys(names).sort() };
  });
  expect(imports.map(({ names, ...rest }) => ({ ...rest, names: names.sort() }))).toEqual(expected);
});

test("they are there, with the parameters that we give them", () => {
  const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "column.js": column,
    "convert.js": convert,
  };
  for (const [file, names] of Object.entries(used)) {
    for (const [name, form] of Object.entries(names)) {
      const found = modules[file]![name];
      if (typeof form !== "string")
        expect(found, name).toMatchObject(Object.fromEntries(form.map((key: string) => [key, expect.any(Function)])));
      else expect(String(found).split("\n")[0], `${file} ${name}`).toBe(`function ${name}${form} {`);
    }
  }
});

test("the version that this was written for is pinned, and installed", () => {
  const pinned: unknown = json("package.json")["dependencies"]!["hyparquet"];
  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/);
  expect(json("node_modules/hyparquet/package.json")["version"]).toBe(pinned);
});
