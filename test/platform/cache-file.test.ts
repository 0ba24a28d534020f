/** A file of the cache is absent or whole, and a failure leaves nothing behind. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeCacheFile } from "../../src/platform/node/cache-file.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();

test("folders are made, and an earlier file is replaced", async () => {
  const path = join(scratch, "a/b/file");
  await writeCacheFile(path, "first and longer");
  await writeCacheFile(path, new Uint8Array([104, 105]), 0o755);
  expect(readFileSync(path, "utf8")).toBe("hi");
  expect(statSync(path).mode & 0o700).toBe(0o700);
  expect(readdirSync(join(scratch, "a/b"))).toEqual(["file"]);
});

test("processes that write at once leave one of their files, whole", async () => {
  const path = join(scratch, "together");
  const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(1e5));
  await Promise.all(texts.map((text) => writeCacheFile(path, text)));
  expect(texts).toContain(readFileSync(path, "utf8"));
  expect(readdirSync(scratch).filter((name) => name.startsWith("together"))).toEqual(["together"]);
});

test("a file that cannot get its name leaves nothing behind, and the reason is thrown", async () => {
  const path = join(scratch, "taken/folder");
  mkdirSync(join(path, "inside"), { recursive: true });
  await expect(writeCacheFile(path, "x")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(join(scratch, "taken"))).toEqual(["folder"]);
});
