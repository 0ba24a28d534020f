/** SwiftShader's way onto the disk: unpacking, repairing, and doing so while others do the same. */
import { existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  chromeSwiftShader,
  embeddedSwiftShader,
  findArchive,
  readTar,
  swiftShaderPlatformProblem,
  unpackSwiftShader,
} from "../../src/platform/node/swiftshader.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "swiftshader-test-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** All files of a folder with their bytes, in a form that compares quickly. */
async function contentsOf(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path)).sort();
  const entries = names.map(async (name) => [name, (await readFile(join(path, name))).toString("latin1")] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const inode = (path: string) => statSync(path).ino;

test("other systems than x86-64 Linux get the reason why there is no SwiftShader", () => {
  expect(swiftShaderPlatformProblem("linux", "x64")).toBeUndefined();
  expect(swiftShaderPlatformProblem("linux", "arm64")).toContain("linux on arm64");
  expect(swiftShaderPlatformProblem("darwin", "x64")).toContain("darwin on x64");
});

describe.skipIf(swiftShaderPlatformProblem() !== undefined)("on x86-64 Linux", () => {
  test("the package unpacks to a driver, a loader and a manifest that leads to the driver", async () => {
    const { path } = await findArchive();
    const { library, loader, icd } = await unpackSwiftShader(path, join(folder, "new"));
    const elf = "\x7fELF";
    expect((await readFile(library)).toString("latin1", 0, 4)).toBe(elf);
    expect((await readFile(loader)).toString("latin1", 0, 4)).toBe(elf);
    const manifest = JSON.parse(await readFile(icd, "utf8")) as { ICD: { library_path: string } };
    expect(join(dirname(icd), manifest.ICD.library_path)).toBe(library);
    expect(await readdir(join(folder, "new"))).toHaveLength(4);
  });

  test("an intact cache is used as it is", async () => {
    const { path } = await findArchive();
    const { library } = await unpackSwiftShader(path, folder);
    const before = inode(library);
    await unpackSwiftShader(path, folder);
    expect(inode(library)).toBe(before);
  });

  test.each([
    ["a truncated library", (file: string) => truncate(file, 1000)],
    ["a library of the right size with one wrong byte", flipByte],
    ["a missing library", (file: string) => rm(file)],
    ["a missing list of contents", (file: string) => rm(join(dirname(file), "contents.json"))],
    ["an unreadable list of contents", (file: string) => writeFile(join(dirname(file), "contents.json"), "{")],
  ])("%s is repaired", async (_damage, harm) => {
    const { path } = await findArchive();
    const { library } = await unpackSwiftShader(path, folder);
    const whole = await contentsOf(folder);
    await harm(library);
    await unpackSwiftShader(path, folder);
    // Not toEqual on the bytes: the report of a mismatch would be megabytes long.
    expect(Object.keys(await contentsOf(folder))).toEqual(Object.keys(whole));
    expect(JSON.stringify(await contentsOf(folder)) === JSON.stringify(whole)).toBe(true);
  });

  test("unpackings side by side succeed, and a library that can be seen is whole", async () => {
    const { path } = await findArchive();
    const sizes = new Set<number>();
    let done = false;
    const library = join(folder, "libvk_swiftshader.so");
    const watch = async () => {
      while (!done) {
        if (existsSync(library)) sizes.add(statSync(library).size);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const watching = watch();
    const results = await Promise.all([1, 2, 3].map(() => unpackSwiftShader(path, folder)));
    done = true;
    await watching;
    expect(results.map((files) => files.library)).toEqual([library, library, library]);
    expect(sizes).toEqual(new Set([statSync(library).size]));
    expect(await readdir(folder)).toHaveLength(4);
  });

  test("where the cache cannot be written, a temporary folder is used", async () => {
    await writeFile(join(folder, "file"), "");
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "file"));
    vi.stubEnv("TMPDIR", folder);
    const files = await embeddedSwiftShader();
    expect(files).toHaveProperty("library", expect.stringContaining(join(folder, "gpu-importance-")));
  });

  test("the cache folder is named after the package's version", async () => {
    vi.stubEnv("XDG_CACHE_HOME", folder);
    const { version } = await findArchive();
    const expected = join(folder, "gpu-importance", `swiftshader-${version}`, "libvk_swiftshader.so");
    expect(await embeddedSwiftShader()).toHaveProperty("library", expected);
  });

  test("beside a browser, the first folder with all three files is taken", async () => {
    const [empty, partial, complete] = ["empty", "partial", "complete"].map((name) => join(folder, name));
    const files = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"];
    for (const path of [empty!, partial!, complete!]) await mkdir(path);
    await writeFile(join(partial!, files[0]!), "");
    for (const name of files) await writeFile(join(complete!, name), "");
    expect(chromeSwiftShader([empty!, partial!, complete!])).toHaveProperty("icd", join(complete!, files[2]!));
    expect(chromeSwiftShader([empty!, partial!])).toHaveProperty("unavailable");
  });
});

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[5000] = bytes[5000]! ^ 1;
  await writeFile(file, bytes);
}

describe("the tar reader", () => {
  /** One entry as tar writes it; sizes are octal, contents fill whole blocks of 512 bytes. */
  function tarEntry(name: string, content: string, type = "0"): Buffer {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write(type, 156);
    header.write("ustar", 257);
    return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
  }

  test("finds each regular file at its place, with sizes at and around a block", () => {
    const files = { empty: "", a: "a".repeat(511), b: "b".repeat(512), c: "c".repeat(513) };
    const entries = Object.entries(files).map(([name, content]) => tarEntry(name, content));
    const archive = Buffer.concat([tarEntry("folder/", "", "5"), ...entries, Buffer.alloc(1024)]);
    const read = [...readTar(archive)].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    expect(Object.fromEntries(read)).toEqual(files);
  });

  test("refuses an archive that ends within a file, and what is no archive", () => {
    expect(() => readTar(tarEntry("a", "a".repeat(600)).subarray(0, 1024))).toThrow("damaged tar archive");
    expect(() => readTar(Buffer.alloc(1024, "x"))).toThrow("damaged tar archive: no valid entry at byte 0");
  });
});
