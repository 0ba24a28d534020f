/** What `import "gpu-importance"` loads, in a process of its own: nothing that reads arguments or draws progress. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { finish, root } from "../support/command-line.ts";

const preload = pathToFileURL(join(root, "test/support/refuse-package.mjs")).href;

/** Loads a module of dist/ where a package cannot be loaded. */
async function loading(module: string, refused: string) {
  const path = join(root, "dist", module);
  if (!existsSync(path)) throw new Error(`dist/${module} is missing: npm run build comes before these tests`);
  const code = `await import(${JSON.stringify(pathToFileURL(path).href)}); console.log("loaded"); process.exit();`;
  const args = ["--import", preload, "--input-type=module", "--eval", code];
  const env = { ...process.env, REFUSE_PACKAGE: refused };
  return finish(spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] }));
}

test.each(["commander", "cli-progress"])("the library does without %s", async (refused) => {
  const { exitCode, stdout, stderr } = await loading("index.js", refused);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "loaded\n", stderr: "" });
});

test.each([
  ["cli/program.js", "commander"],
  ["cli/display/progress-display.js", "cli-progress"],
  ["index.js", "fflate"],
])("%s would be caught loading %s", async (module, refused) => {
  const { exitCode, stderr } = await loading(module, refused);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`refused: ${refused}`);
});
