/** The short form of scripts/fuzz-readers.ts: every reader meets some damaged files in a process with little memory. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/command-line.ts";

const FILES = 150;

test("damaged files are refused or read soundly, and end, stall or grow no process", () => {
  const args = ["--import", "tsx", join(root, "scripts/fuzz-readers.ts"), "--files", String(FILES), "--seed", "7"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(`${stdout}${stderr}`).not.toMatch(/of seed/);
  expect(stdout.match(/^\S+ +150 files: /gm)).toHaveLength(13);
  expect(status).toBe(0);
});
