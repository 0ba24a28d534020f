/** The embedded digits: the package's content as bytes, and a cache that may fail in any way without stopping a run. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classCounts } from "../../src/core/class-counts.ts";
import { splitNames } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import { splitEmbeddedDigits } from "../../src/data/digits/embedded-digits.ts";
import { type LoadedDigits, loadDigits, packDigit } from "../../src/platform/node/digits.ts";

let folder: string;
let cache: string;
let cacheFile: string;
let first: LoadedDigits;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gpu-importance-digits-"));
  cache = join(folder, "made", "on", "demand");
  first = await loadDigits(cache);
  cacheFile = join(cache, (await readdir(cache))[0]!);
});
afterAll(() => rm(folder, { recursive: true }));

describe("the package's digits", () => {
  test("are the 10,000 images with the known number of each digit, grouped by digit", () => {
    expect(first).toMatchObject({ origin: "package", notes: [] });
    const { images, labels } = first.digits;
    expect([...classCounts(labels, 10)]).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    expect(labels).toEqual(labels.toSorted());
    expect(images.length).toBe(7_840_000);
  });

  test("are MNIST's own bytes", () => {
    // Computed from the train file of MNIST: its first 10,000 images, stably sorted by label.
    expect(createHash("sha256").update(first.digits.images).digest("hex")).toBe(
      "0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca",
    );
  });

  test("are split 6,000 / 2,000 / 2,000, the same for ever", async () => {
    const dataset = await splitEmbeddedDigits(first.digits);
    expect(splitNames.map((name) => dataset[name].count)).toEqual([6000, 2000, 2000]);
    expect(dataset.sha256).toBe("9cc83de9b3d5ff95804462f4951a42a364ecdc7c4f75d03420954232c934a04e");
  });
});

describe("packDigit", () => {
  test("undoes the rounding to three decimals for every byte", () => {
    const bytes = Array.from({ length: 784 }, (_, index) => index % 256);
    const data = bytes.map((byte) => Number((byte / 255).toFixed(3)));
    expect([...packDigit(JSON.stringify({ data }), "some.json")]).toEqual(bytes);
  });

  test.each([
    ["text that is not JSON", "{", /something else/],
    ["JSON of another shape", "[1]", /something else/],
    ["JSON null", "null", /something else/],
    ["no values", '{"data":[]}', /0 values/],
    ["half an image", JSON.stringify({ data: new Array(392).fill(0) }), /392 values/],
    ["a value above 1", JSON.stringify({ data: new Array(784).fill(1.5) }), /out of range/],
    ["a value that is no number", JSON.stringify({ data: new Array(784).fill("0") }), /out of range/],
  ])("refuses %s", (_, text, found) => {
    expect(() => packDigit(text, "some.json")).toThrow(RunError);
    expect(() => packDigit(text, "some.json")).toThrow(found);
  });
});

describe("the cache", () => {
  test("gives the same digits the second time, without the package", async () => {
    const second = await loadDigits(cache);
    expect(second).toMatchObject({ origin: "cache", notes: [] });
    expect(Buffer.compare(second.digits.images, first.digits.images)).toBe(0);
    expect(Buffer.compare(second.digits.labels, first.digits.labels)).toBe(0);
  });

  test("leaves no temporary file behind", async () => {
    expect(await readdir(cache)).toEqual([expect.stringMatching(/^mnist-[^/]*\.bin$/)]);
  });

  test("is made anew, with a note, after a flipped bit, a cut, an emptying or a checksummed wrong length", async () => {
    const good = await readFile(cacheFile);
    const half = new Uint8Array(400);
    const wrongLength = Buffer.concat([createHash("sha256").update(half).digest(), half]);
    for (const damaged of [
      good.with(5000, good[5000]! ^ 1),
      good.subarray(0, 785 * 7 + 32),
      new Uint8Array(),
      wrongLength,
    ]) {
      await writeFile(cacheFile, damaged);
      const loaded = await loadDigits(cache);
      expect(loaded.origin).toBe("package");
      expect(loaded.notes).toEqual([expect.stringMatching(/damaged/)]);
      expect(Buffer.compare(loaded.digits.images, first.digits.images)).toBe(0);
      expect(Buffer.compare(await readFile(cacheFile), good)).toBe(0);
    }
  });

  test("that cannot be read or written is noted and does no harm", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "in the way");
    const loaded = await loadDigits(join(file, "below"));
    expect(loaded.origin).toBe("package");
    expect(loaded.digits.labels.length).toBe(10_000);
    expect(loaded.notes).toEqual([expect.stringMatching(/not read/), expect.stringMatching(/not written/)]);
    expect((await readdir(folder)).toSorted()).toEqual(["a-file", "made"]);
  });
});
