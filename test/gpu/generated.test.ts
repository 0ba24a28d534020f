/** The generated module is what the shaders say now. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { withIncludes } from "../../scripts/includes.ts";
import type { ShaderInterface } from "../../src/gpu/device/kernel.ts";
import { resolveVariant } from "../../src/gpu/device/preprocess.ts";
import * as shaders from "../../src/gpu/generated/shaders.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const all = Object.values(shaders as Readonly<Record<string, ShaderInterface>>);

test("src/gpu/generated/shaders.ts is up to date (npm run generate)", () => {
  const arguments_ = ["node_modules/tsx/dist/cli.mjs", "scripts/generate-shaders.ts", "--check"];
  expect(() => execFileSync(process.execPath, arguments_, { cwd: root, stdio: "pipe" })).not.toThrow();
});

test("every shader is in it with its parts, word for word", () => {
  const files = readdirSync(`${root}/shaders`).filter((name) => name.endsWith(".wgsl"));
  expect(all.map(({ file }) => file).sort()).toEqual(files.map((name) => `shaders/${name}`).sort());
  const read = (path: string) => readFileSync(`${root}/shaders/${path}`, "utf8");
  for (const { file, source } of all) expect(source).toBe(withIncludes(read(file.slice("shaders/".length)), read));
});

test("every part is used, and an include brings a part in with what it includes", () => {
  const sources = all.map(({ source }) => source);
  const read = (path: string) => readFileSync(`${root}/shaders/${path}`, "utf8");
  for (const name of readdirSync(`${root}/shaders/parts`)) {
    const text = withIncludes(read(`parts/${name}`), read).trimEnd();
    expect(sources.filter((source) => source.includes(text)).length, name).toBeGreaterThan(0);
  }
  const parts: Readonly<Record<string, string>> = {
    "parts/a.wgsl": '// a\n#include "parts/b.wgsl"\n',
    "parts/b.wgsl": "// b\n",
  };
  const text = withIncludes('1\n#include "parts/a.wgsl"\n2\n', (path) => parts[path]!);
  expect(text).toBe("1\n// a\n// b\n2\n");
});

test("a flag decides which lines remain", () => {
  const text = ["a", "#if ON", "b", "#else", "c", "#endif", "d"].join("\n");
  expect(resolveVariant(text, ["ON"]).split("\n").filter(Boolean)).toEqual(["a", "b", "d"]);
  expect(resolveVariant(text, []).split("\n").filter(Boolean)).toEqual(["a", "c", "d"]);
});

test("no flag is left in any variant's text", () => {
  for (const { source, entries } of all) {
    for (const variant of Object.keys(Object.values(entries)[0]!.variants)) {
      expect(resolveVariant(source, variant.split("+"))).not.toMatch(/^\s*#/m);
    }
  }
});
