/** The generated module is what the shaders say now. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as shaders from "../../src/gpu/generated/shaders.ts";
import type { ShaderInterface } from "../../src/gpu/kernel.ts";
import { resolveVariant } from "../../src/gpu/preprocess.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const all = Object.values(shaders as Readonly<Record<string, ShaderInterface>>);

test("src/gpu/generated/shaders.ts is up to date (npm run generate)", () => {
  const arguments_ = ["node_modules/tsx/dist/cli.mjs", "scripts/generate-shaders.ts", "--check"];
  expect(() => execFileSync(process.execPath, arguments_, { cwd: root, stdio: "pipe" })).not.toThrow();
});

test("every shader is in it, word for word", () => {
  const files = readdirSync(`${root}/shaders`).filter((name) => name.endsWith(".wgsl"));
  expect(all.map(({ file }) => file).sort()).toEqual(files.map((name) => `shaders/${name}`).sort());
  for (const { file, source } of all) expect(source).toBe(readFileSync(`${root}/${file}`, "utf8"));
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
