/** Devices and pipes are refused at once, wherever a user may name them, and files that lie about their length in little memory. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { writeIdx } from "../../src/data/images/idx.ts";
import { readIdxFolder } from "../../src/data/images/idx-folder.ts";
import { dataSource, folderSource } from "../../src/platform/node/files.ts";
import { openModelFiles } from "../../src/platform/node/model-files.ts";
import { readRegular } from "../../src/platform/node/regular-file.ts";
import { faultOf } from "../support/fault-of.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";

const folder = mkdtempSync(join(tmpdir(), "regular-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "file"), "abcdef");

async function everything(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe.skipIf(process.platform === "win32")("a path that is no file is refused before it is read:", () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  symlinkSync("/dev/zero", join(folder, "link"));
  const cases: [string, string, string][] = [
    ["a device", "/dev/zero", "a device"],
    ["a device behind a link", join(folder, "link"), "a device"],
    ["a pipe without a writer", pipe, "a pipe"],
  ];

  test.each(cases)("%s as a network", async (_, path, found) => {
    expect(await faultOf(openModelFiles(path))).toMatchObject({ what: "this is not a file", where: path, found });
  });

  test.each(cases)("%s as data", async (_, path, found) => {
    expect(await faultOf(dataSource(path))).toMatchObject({ what: "this is not a file", where: path, found });
  });

  test.each(cases)("%s in a folder, however it is read", async (_, path, found) => {
    const source = folderSource("/");
    const name = path.slice(1);
    const readings = [
      () => source.read(name),
      () => everything(source.stream(name)),
      () => source.size(name),
      () => source.readRange(name, 0, 4),
    ];
    for (const read of readings) expect(await faultOf(read())).toMatchObject({ what: "this is not a file", found });
  });

  test("a pipe beside a network", async () => {
    const files = await openModelFiles(join(folder, "file"));
    expect(await faultOf(Promise.resolve(files.sibling("pipe")))).toMatchObject({ found: "a pipe" });
  });

  test("an endless file of a size that it says, no further than that", async () => {
    // /proc says 0 bytes of files that give as many as one asks for.
    const path = process.platform === "linux" ? "/proc/self/environ" : join(folder, "empty");
    if (process.platform !== "linux") writeFileSync(path, "");
    expect((await readRegular(path, "a file")).length).toBe(0);
  });
});

describe("a file is read", () => {
  test("up to what it may have", async () => {
    expect(new TextDecoder().decode(await readRegular(join(folder, "file"), "a file", 6))).toBe("abcdef");
    expect(await faultOf(readRegular(join(folder, "file"), "a file", 5))).toMatchObject({
      what: "the file is too large to read",
      expected: "at most 5 bytes",
      found: "6 bytes",
    });
  });

  test("only where an array can hold it", async () => {
    writeFileSync(join(folder, "sparse"), "");
    truncateSync(join(folder, "sparse"), 2 ** 31);
    const fault = await faultOf(openModelFiles(join(folder, "sparse")));
    expect(fault).toMatchObject({ what: "the file is too large to read", found: "2147483648 bytes" });
  });

  test("beside others of a network, as long as all together are no more than one can be", async () => {
    mkdirSync(join(folder, "net"));
    for (const name of ["a.npy", "b.npy"]) writeFileSync(join(folder, "net", name), "0123456789");
    truncateSync(join(folder, "net", "b.npy"), 2 ** 31 - 10);
    const files = await openModelFiles(join(folder, "net"));
    expect(await faultOf(Promise.resolve(files.sibling("b.npy")))).toMatchObject({
      expected: "at most 2147483637 bytes",
    });
  });
});

describe("a gzip file whose content lies about its length", () => {
  const images = { shape: [4, 2, 2], bytes: new Uint8Array(16) };
  const claim = (shape: number[], bytes: Uint8Array) => {
    const header = writeIdx({ shape: [1], bytes: new Uint8Array(1) }).subarray(0, 4);
    const sizes = new Uint8Array(4 * shape.length);
    for (const [axis, size] of shape.entries()) new DataView(sizes.buffer).setUint32(4 * axis, size);
    return Buffer.concat([Uint8Array.of(...header.subarray(0, 3), shape.length), sizes, bytes]);
  };
  const written = (name: string, file: Uint8Array) => {
    const files = tinyIdxFiles();
    writeFolder(folder, name, files);
    rmSync(join(folder, name, "train-images-idx3-ubyte"), { force: true });
    writeFileSync(join(folder, name, "train-images-idx3-ubyte.gz"), gzipSync(file));
    return readIdxFolder(folderSource(join(folder, name)), name);
  };

  test("gives no more than it says", async () => {
    const fault = await faultOf(written("longer", claim(images.shape, new Uint8Array(2 ** 26))));
    expect(fault.found).toMatch(/unpacks to more than the 32 bytes that it says/);
    // More than is unpacked in one piece.
    const later = await faultOf(written("later", claim([2500, 28, 28], new Uint8Array(2 ** 26))));
    expect(later.found).toMatch(/unpacks to more than the 1960016 bytes that it says/);
  });

  test("takes no memory for more than can be in it", async () => {
    const fault = await faultOf(written("shorter", claim([1_000_000, 28, 28], new Uint8Array(16))));
    expect(fault.found).toMatch(/says that it holds 784000016 bytes; at most \d{5} are possible/);
  });

  test("is refused by its beginning where it is of another kind", async () => {
    const fault = await faultOf(written("other", new Uint8Array(2 ** 26)));
    expect(fault.what).toBe("this is not an IDX file of unsigned bytes");
  });
});
