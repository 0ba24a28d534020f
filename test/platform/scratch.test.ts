/** Pages in a temporary file: what was added is read, and nothing is left behind. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { diskScratch } from "../../src/platform/node/scratch.ts";

const folder = mkdtempSync(join(tmpdir(), "scratch-"));
afterAll(() => rmSync(folder, { recursive: true }));
const scratch = diskScratch(folder);
const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, index) => (index * 31 + seed) % 251);

describe("pages", () => {
  test("hold what was added to them, in order, whatever the other pages get in between", async () => {
    // Pieces below and above what waits in memory for a page, and none at all.
    const pieces = [1, 1000, 20_000, 0, 3_000_000, 17];
    const size = pieces.reduce((sum, length) => sum + length, 0);
    using pages = await scratch.openPages([size, 10, size, 0]);
    for (const [index, length] of pieces.entries()) {
      pages.append(0, bytes(length, index));
      pages.append(2, bytes(length, index + 100));
    }
    pages.append(1, Uint8Array.of(1, 2, 3));
    const whole = (offset: number) => Buffer.concat(pieces.map((length, index) => bytes(length, index + offset)));
    for (let reading = 0; reading < 2; reading++) {
      expect(Buffer.compare(await pages.read(2), whole(100))).toBe(0);
      expect(Buffer.compare(await pages.read(0), whole(0))).toBe(0);
      expect([...(await pages.read(1))]).toEqual([1, 2, 3]);
      expect(await pages.read(3)).toHaveLength(0);
    }
    pages.append(1, Uint8Array.of(4));
    expect([...(await pages.read(1))]).toEqual([1, 2, 3, 4]);
  });

  test("take no more than they were opened for", async () => {
    using pages = await scratch.openPages([4, 4]);
    pages.append(0, bytes(4, 0));
    pages.append(0, bytes(1, 0));
    await expect(pages.read(0)).rejects.toThrow("room for 4 bytes, got 5");
  });

  test("leave no file behind that has a name", async () => {
    const pages = await scratch.openPages([100]);
    pages.append(0, bytes(100, 1));
    await pages.read(0);
    if (process.platform !== "win32") expect(readdirSync(folder)).toEqual([]);
    pages[Symbol.dispose]();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("are refused before anything is written where the disk has no room", async () => {
    const refusal = await scratch.openPages([2 ** 50]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RunError);
    expect((refusal as RunError).fault).toMatchObject({ where: folder, expected: "1125899907 MB for temporary files" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("are refused with the folder's name where it does not exist", async () => {
    const refusal = await diskScratch(join(folder, "none"))
      .openPages([1])
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RunError);
    expect((refusal as RunError).message).toContain("TMPDIR");
  });
});

test("a digest of pieces is that of the whole", () => {
  const digest = scratch.sha256();
  digest.update(bytes(1000, 1));
  digest.update(bytes(1000, 2));
  const whole = Buffer.concat([bytes(1000, 1), bytes(1000, 2)]);
  expect(digest.hexadecimal()).toBe(createHash("sha256").update(whole).digest("hex"));
});
