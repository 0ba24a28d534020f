/** A folder on disk as a source of files, and what is said where the file system refuses. */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataSource, folderSource, unpack } from "../../src/platform/node/files.ts";
import { faultOf } from "../support/fault-of.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gpu-importance-files-"));
  await writeFile(join(folder, "some-file"), Uint8Array.of(1, 2, 3));
  await mkdir(join(folder, "some-folder"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("folderSource", () => {
  test("lists files, not folders, and reads them as plain byte arrays", async () => {
    const source = folderSource(folder);
    expect(source.label).toBe(folder);
    expect(await source.list()).toEqual(["some-file"]);
    const bytes = await source.read("some-file");
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(Buffer.isBuffer(bytes)).toBe(false);
  });

  test("lists a folder below it, and nothing where there is no such folder", async () => {
    await writeFile(join(folder, "some-folder/below"), "");
    const source = folderSource(folder);
    expect(await source.list("some-folder")).toEqual(["below"]);
    expect(await source.list("no-folder")).toEqual([]);
    expect(await faultOf(source.list("some-file"))).toMatchObject({ where: join(folder, "some-file") });
  });

  test("lists folders, goes into them, and reads files piece by piece", async () => {
    await writeFile(join(folder, "some-folder", "inner"), new Uint8Array(2_500_000).fill(7));
    const source = folderSource(folder);
    expect(await source.folders()).toEqual(["some-folder"]);
    const inner = source.folder("some-folder");
    expect((await inner.list()).toSorted()).toEqual(["below", "inner"]);
    const pieces: Uint8Array[] = [];
    for await (const piece of inner.stream("inner")) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).equals(Buffer.alloc(2_500_000, 7))).toBe(true);
    const missing = inner.stream("other")[Symbol.asyncIterator]().next();
    expect(await faultOf(missing)).toMatchObject({ where: join(folder, "some-folder", "other"), found: "nothing" });
  });

  test("unpacks gzip, also of several members, into plain byte arrays", async () => {
    const joined = Buffer.concat([gzipSync("abc"), gzipSync("def")]);
    const bytes = await folderSource(folder).gunzip(joined);
    expect(bytes).toEqual(new TextEncoder().encode("abcdef"));
    expect(Buffer.isBuffer(bytes)).toBe(false);
  });

  test("rejects a damaged gzip stream", async () => {
    await expect(folderSource(folder).gunzip(gzipSync("abcdef").subarray(0, -9))).rejects.toThrow(/unexpected end/);
    await expect(folderSource(folder).gunzip(Uint8Array.of(1, 2, 3))).rejects.toThrow(/header/);
  });

  test("unpacks a gzip stream piece by piece, and rejects one that is damaged or cut off", async () => {
    const text = "0123456789".repeat(300_000);
    const packed = Buffer.concat([gzipSync(text.slice(0, 7)), gzipSync(text.slice(7))]);
    async function* pieces(of: Uint8Array) {
      for (let at = 0; at < of.length; at += 100) yield of.subarray(at, at + 100);
    }
    const unpacked = async (of: Uint8Array) => {
      const all: Uint8Array[] = [];
      for await (const piece of folderSource(folder).gunzipStream(pieces(of))) all.push(piece);
      return all;
    };
    const whole = await unpacked(packed);
    expect(whole.length).toBeGreaterThan(1);
    expect(Buffer.concat(whole).toString()).toBe(text);
    await expect(unpacked(packed.subarray(0, -9))).rejects.toThrow(/unexpected end/);
    await expect(unpacked(Buffer.from(packed).fill(1, 60, 90))).rejects.toThrow();
  });

  test("takes a link for what it leads to", async () => {
    const place = await mkdtemp(join(tmpdir(), "gpu-importance-links-"));
    await symlink(join(folder, "some-folder"), join(place, "linked-folder"));
    await symlink(join(folder, "some-file"), join(place, "linked-file"));
    await symlink(join(folder, "nowhere"), join(place, "broken"));
    const source = folderSource(place);
    expect(await source.folders()).toEqual(["linked-folder"]);
    expect((await source.list()).toSorted()).toEqual(["broken", "linked-file"]);
    expect(await faultOf(source.read("broken"))).toMatchObject({ found: "nothing" });
    await rm(place, { recursive: true });
  });

  test.skipIf(process.platform === "win32")("refuses pipes and devices, which may never end, at once", async () => {
    const place = await mkdtemp(join(tmpdir(), "gpu-importance-pipes-"));
    execFileSync("mkfifo", [join(place, "pipe.csv")]);
    const source = folderSource(place);
    const readings = [
      () => source.read("pipe.csv"),
      () => source.readRange("pipe.csv", 0, 4),
      () => source.size("pipe.csv"),
      () => source.stream("pipe.csv")[Symbol.asyncIterator]().next(),
      () => dataSource(join(place, "pipe.csv")),
    ];
    for (const read of readings) {
      expect(await faultOf(read())).toMatchObject({ what: "this is not a file", found: "a pipe" });
    }
    expect(await faultOf(dataSource("/dev/zero"))).toMatchObject({ where: "/dev/zero", found: "a device" });
    await rm(place, { recursive: true });
  });

  test("stops a stream that unpacks to more than the limit", async () => {
    const bomb = gzipSync(new Uint8Array(2_500_000));
    await expect(unpack(bomb, 99_999)).rejects.toThrow("more than 99999 bytes");
    expect((await unpack(bomb, 2_500_000)).length).toBe(2_500_000);
  });

  test("says that a folder does not exist", async () => {
    const path = join(folder, "nowhere");
    expect(await faultOf(folderSource(path).list())).toMatchObject({ where: path, found: "nothing" });
  });

  test("says that a path is a file and not a folder", async () => {
    const path = join(folder, "some-file");
    expect(await faultOf(folderSource(path).list())).toMatchObject({ where: path, what: "this is not a folder" });
  });

  test("says that a name is missing, or is a folder and not a file", async () => {
    const source = folderSource(folder);
    expect(await faultOf(source.read("other"))).toMatchObject({ where: join(folder, "other"), found: "nothing" });
    expect(await faultOf(source.read("some-folder"))).toMatchObject({ what: "this is not a file", found: "a folder" });
  });

  test("gives every refusal an expectation, a finding and something to do", async () => {
    const fault = await faultOf(folderSource(join(folder, "x".repeat(5000))).list());
    expect(fault.found).toMatch(/ENAMETOOLONG/);
    expect(fault.expected).toBe("a folder that can be read");
    expect(fault.fix).toMatch(/./);
  });

  // Root may read everything, so the refusal cannot be brought about for that user.
  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "says that reading is not permitted",
    async () => {
      const path = join(folder, "locked");
      await mkdir(path, { mode: 0 });
      expect(await faultOf(folderSource(path).list())).toMatchObject({ found: "permission denied" });
    },
  );
});

describe("dataSource", () => {
  test("is a folder of nothing but the file where the path is one", async () => {
    const source = await dataSource(join(folder, "some-file"));
    expect(source.label).toBe(join(folder, "some-file"));
    expect([await source.list(), await source.folders()]).toEqual([["some-file"], []]);
    expect(await source.read("some-file")).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("is the folder where the path is one, and refused where there is nothing", async () => {
    expect(await (await dataSource(folder)).folders()).toEqual(["some-folder"]);
    const path = join(folder, "nowhere");
    expect(await faultOf(dataSource(path))).toMatchObject({ where: path, found: "nothing" });
  });
});
