import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openModelFiles } from "../../src/platform/node/model-files.ts";

const folder = mkdtempSync(join(tmpdir(), "model-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "net", "shards"), { recursive: true });
writeFileSync(join(folder, "secret"), "outside");
for (const [name, text] of [
  ["W2.npy", "w2"],
  ["W1.npy", "w1"],
  ["shards/a.bin", "a"],
]) {
  writeFileSync(join(folder, "net", name!), text!);
}
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

test("a folder of .npy files is any of them, with the others beside it", async () => {
  const files = await openModelFiles(join(folder, "net"));
  expect([files.name, text(files.bytes)]).toEqual(["W1.npy", "w1"]);
  expect((await files.siblings()).toSorted()).toEqual(["W1.npy", "W2.npy"]);
  expect(text(await files.sibling("W2.npy"))).toBe("w2");
});

test("a file's siblings lie in its folder or below it, and nowhere else", async () => {
  const files = await openModelFiles(join(folder, "net", "W2.npy"));
  expect(files.name).toBe("W2.npy");
  expect(text(await files.sibling("shards/a.bin"))).toBe("a");
  expect(await files.sibling("absent.bin")).toBeUndefined();
  for (const outside of ["../secret", "shards/../../secret", "..\\secret", join(folder, "secret")]) {
    expect(await files.sibling(outside), outside).toBeUndefined();
  }
});

test("a path without a network is refused with what was looked for", async () => {
  await expect(openModelFiles(join(folder, "absent"))).rejects.toThrow(/nothing at this path[\s\S]*file of a network/);
  await expect(openModelFiles(join(folder, "net", "shards"))).rejects.toThrow(
    /no network[\s\S]*model\.json[\s\S]*a\.bin/,
  );
});
