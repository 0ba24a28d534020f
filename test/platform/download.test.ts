/** Downloads from servers that break off, stall, lie, ignore what they are asked, or refuse. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { PublicFile, PublicSet } from "../../src/data/digits/public-sets.ts";
import { download } from "../../src/platform/node/download.ts";
import { fetchedFolder, fetchSet, isFetched } from "../../src/platform/node/fetched-data.ts";
import { unfinishedName } from "../../src/platform/node/unfinished-files.ts";
import { faultOf } from "../support/fault-of.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const file: PublicFile = { name: "file.bin", bytes: content.length, sha256: sha256(content) };

/** How a mirror answers; the first part of a path names it. `sent` is the range that was asked for. */
type Behaviour = (response: ServerResponse, first: number, request: IncomingMessage) => void;
const whole = (response: ServerResponse, first: number, bytes: Uint8Array) => {
  const headers = { "content-length": bytes.length - first };
  const range = { ...headers, "content-range": `bytes ${first}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(first > 0 ? 206 : 200, first > 0 ? range : headers);
};
const breaksAfter =
  (bytes: number): Behaviour =>
  (response, first) => {
    whole(response, first, content);
    response.write(content.subarray(first, first + bytes), () => response.destroy());
  };
const wrong = content.map((byte) => byte ^ 1);

const behaviours: Readonly<Record<string, Behaviour>> = {
  good: (response, first) => {
    whole(response, first, content);
    response.end(content.subarray(first));
  },
  breaking: breaksAfter(100_000),
  dropping: (response) => response.destroy(),
  lying: (response, first) => {
    whole(response, first, wrong);
    response.end(wrong.subarray(first));
  },
  endless: (response) => {
    response.writeHead(200);
    response.write(content);
    const more = setInterval(() => response.write(content), 5);
    response.on("close", () => clearInterval(more));
  },
  stalling: (response, first) => {
    whole(response, first, content);
    response.write(content.subarray(first, first + 10_000));
  },
  silent: () => {},
  unranged: (response) => {
    whole(response, 0, content);
    response.end(content);
  },
  misranged: (response, first) => {
    if (first === 0) return breaksAfter(100_000)(response, 0, undefined as never);
    response.writeHead(206, { "content-range": `bytes 5-${content.length - 1}/${content.length}` });
    response.end(content.subarray(5));
  },
  missing: (response) => response.writeHead(404).end("not here"),
};

/** Waits until the folder of a file is made. */
async function made(path: string): Promise<string> {
  while (!existsSync(dirname(path))) await new Promise((resolve) => setTimeout(resolve, 5));
  return path;
}

const requests: { readonly mirror: string; readonly range: string | undefined }[] = [];
let archive: Uint8Array = new Uint8Array();
const server = createServer((request, response) => {
  const [, mirror = ""] = request.url!.split("/");
  const { range } = request.headers;
  requests.push({ mirror, range });
  if (mirror === "archive") return response.end(archive);
  behaviours[mirror]!(response, Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")![1]), request);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let folder = "";
let runs = 0;
beforeEach(() => {
  folder = join(scratch, `run-${runs++}`);
  requests.length = 0;
});

const target = () => join(folder, "file.bin");
/** The number of a process that has ended. */
const { pid: ended } = spawnSync(process.execPath, ["--version"]);
/** What a killed run leaves of a file. */
function leave(bytes: Uint8Array, path = target(), owner = ended): string {
  const name = unfinishedName(path, "part").replace(`-${process.pid}-`, `-${owner}-`);
  mkdirSync(dirname(name), { recursive: true });
  writeFileSync(name, bytes);
  return name;
}
/** Only servers that stall are to be given up soon: a busy machine may be slow, too. */
const stallMs = (mirror: string) => (["stalling", "silent"].includes(mirror) ? 1000 : 20_000);
const fetchFrom = (...mirrors: string[]) =>
  download(
    file,
    mirrors.map((mirror) => `${origin}/${mirror}/`),
    target(),
    { stallMs: stallMs(mirrors[0]!) },
  );
const ranges = (mirror: string) => requests.filter((one) => one.mirror === mirror).map(({ range }) => range);

describe("a download", () => {
  test("brings the file under its name, leaves nothing else, and is not made twice", async () => {
    await fetchFrom("good");
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
    expect(filesBelow(folder)).toEqual(["file.bin"]);
    await fetchFrom("good");
    expect(requests).toHaveLength(1);
  });

  test("goes on where a connection breaks off", async () => {
    await fetchFrom("breaking");
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
    expect(ranges("breaking").slice(1)).toEqual(["bytes=100000-", "bytes=200000-"]);
  });

  test("goes on at the next mirror, and in the next run", async () => {
    leave(content.subarray(0, 1000));
    leave(content.subarray(0, 123_456));
    const fault = await faultOf(fetchFrom("missing"));
    expect(fault).toMatchObject({ kept: "123456 of 300000 bytes", where: "file.bin" });
    expect(existsSync(target())).toBe(false);
    expect(filesBelow(folder)).toHaveLength(1);
    // The same process may not take for abandoned what it has just left.
    renameSync(join(folder, filesBelow(folder)[0]!), leave(new Uint8Array()));
    await fetchFrom("dropping", "missing", "good");
    expect(ranges("good")).toEqual(["bytes=123456-"]);
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
    expect(filesBelow(folder)).toEqual(["file.bin"]);
  });

  test("leaves alone what another process is fetching, and takes over what nobody has written to for minutes", async () => {
    const busy = leave(content.subarray(0, 5000), target(), process.pid);
    await fetchFrom("good");
    expect(ranges("good")).toEqual([undefined]);
    expect(readFileSync(busy)).toHaveLength(5000);
    rmSync(target());
    const longAgo = new Date(Date.now() - 10 * 60_000);
    utimesSync(busy, longAgo, longAgo);
    await fetchFrom("good");
    expect(ranges("good")).toEqual([undefined, "bytes=5000-"]);
    expect(filesBelow(folder)).toEqual(["file.bin"]);
  });

  test("of one file by several at once succeeds for each", async () => {
    await Promise.all(Array.from({ length: 12 }, () => fetchFrom("breaking")));
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
    expect(filesBelow(folder)).toEqual(["file.bin"]);
  });

  test("that another process finishes first is given up at the next mirror", async () => {
    const waiting = fetchFrom("silent", "good");
    writeFileSync(await made(target()), content);
    await waiting;
    expect(ranges("good")).toEqual([]);
    expect(filesBelow(folder)).toEqual(["file.bin"]);
  });

  test("without room is refused before it begins, with how much there is", async () => {
    const large = { ...file, bytes: 2 ** 60 };
    const fault = await faultOf(download(large, [`${origin}/good/`], target()));
    expect(fault).toMatchObject({ what: "there is no room for the file", expected: `${2 ** 60} bytes` });
    expect(fault.fix).toContain("XDG_CACHE_HOME");
    expect(requests).toEqual([]);
    expect(filesBelow(folder)).toEqual([]);
  });

  test.each([
    ["below a file", () => leave(new Uint8Array(1)), /a part of the path is a file/],
    ["where no folder can be made, without waiting for ever", () => "/proc/self", /the folder cannot be made/],
  ])("to a place %s is refused with what to do", async (_, place, found) => {
    const fault = await faultOf(download(file, [`${origin}/good/`], join(place(), "sub", "file.bin")));
    expect(fault).toMatchObject({ what: "the cache cannot be used", found: expect.stringMatching(found) });
    expect(fault.fix).toContain("XDG_CACHE_HOME");
    expect(requests).toEqual([]);
  });

  test("begins again where a server ignores the range", async () => {
    leave(content.subarray(0, 1000));
    await fetchFrom("unranged");
    expect(ranges("unranged")).toEqual(["bytes=1000-"]);
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
  });

  test("takes no other range than the one it asked for", async () => {
    expect((await faultOf(fetchFrom("misranged"))).found).toMatch(/another range than asked for: bytes 5-299999/);
    requests.length = 0;
    await fetchFrom("misranged", "good");
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
    expect(ranges("misranged").slice(0, 3)).toEqual([undefined, "bytes=100000-", undefined]);
  });

  test("begins again where what was kept is wrong", async () => {
    leave(wrong.subarray(0, 5000));
    await fetchFrom("good");
    expect(ranges("good")).toEqual(["bytes=5000-", undefined]);
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
  });

  test.each([
    ["lies", "lying", /wrong content, SHA-256 [0-9a-f]{64}/],
    ["sends without end", "endless", /more than the 300000 bytes/],
    ["stalls", "stalling", /nothing came for 1 s/],
    ["never answers", "silent", /nothing came for 1 s/],
    ["hangs up", "dropping", /./],
    ["has no such file", "missing", /HTTP status 404/],
  ])("from a server that %s comes from the next, or fails with the reason", async (_, mirror, reason) => {
    const fault = await faultOf(fetchFrom(mirror));
    expect(fault.found).toMatch(reason);
    expect(fault.found).toContain(`${origin}/${mirror}/`);
    expect(existsSync(target())).toBe(false);
    await fetchFrom(mirror, "good");
    expect(sha256(readFileSync(target()))).toBe(sha256(content));
  });

  test("from a port where nobody listens fails with the reason", async () => {
    const fault = await faultOf(download(file, ["http://127.0.0.1:1/"], target()));
    expect(fault.found).toMatch(/ECONNREFUSED|bad port/);
  });
});

describe("a set that comes as an archive", () => {
  const files = { "a.bin": "first", "b.bin": "second" };

  /** Names in the archive, with what they hold. */
  async function setOf(entries: Readonly<Record<string, string>>, cutOff = 0): Promise<PublicSet> {
    const tar = pack();
    for (const [name, text] of Object.entries(entries)) tar.entry({ name }, text);
    tar.finalize();
    const pieces: Buffer[] = [];
    for await (const piece of tar) pieces.push(piece as Buffer);
    const packed = gzipSync(Buffer.concat(pieces));
    archive = packed.subarray(0, packed.length - cutOff);
    const one = { name: "set.tar.gz", bytes: archive.length, sha256: sha256(archive) };
    const mirrors = [`${origin}/archive/`];
    return { name: "set", dataName: "set", files: [one], mirrors, unpacked: Object.keys(files) };
  }

  test("is unpacked, what is wanted alone, and the archive is removed", async () => {
    const set = await setOf({ "top/a.bin": "first", "top/readme": "no", "../b.bin": "second" });
    expect(isFetched(set, folder)).toBe(false);
    const told: string[] = [];
    await fetchSet(set, (name) => told.push(name), {}, folder);
    expect(told).toEqual(["set.tar.gz"]);
    expect(isFetched(set, folder)).toBe(true);
    expect(filesBelow(folder)).toEqual(["data/set/a.bin", "data/set/b.bin"]);
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(fetchedFolder(set, folder), name), "utf8")).toBe(text);
    }
    await fetchSet(set, () => told.push("again"), {}, folder);
    expect(told).toHaveLength(1);
  });

  test("is fetched by twelve at once", async () => {
    const set = await setOf({ "top/a.bin": "first", "top/b.bin": "second" });
    await Promise.all(Array.from({ length: 12 }, () => fetchSet(set, () => {}, {}, folder)));
    expect(filesBelow(folder)).toEqual(["data/set/a.bin", "data/set/b.bin"]);
  });

  test("is unpacked again where a run was killed while it unpacked, and leaves nothing of that", async () => {
    const set = await setOf({ "top/a.bin": "first", "top/b.bin": "second" });
    const left = unfinishedName(join(fetchedFolder(set, folder), "set.tar.gz"), "unpacked");
    mkdirSync(left.replace(`-${process.pid}-`, `-${ended}-`), { recursive: true });
    await fetchSet(set, () => {}, {}, folder);
    expect(readdirSync(fetchedFolder(set, folder)).sort()).toEqual(["a.bin", "b.bin"]);
  });

  test.each([
    ["lacks a file", { "top/a.bin": "first" }, 0, /no b\.bin/],
    ["is cut off", { "a.bin": "first", "b.bin": "second" }, 20, /unexpected end/],
  ] as const)(
    "and %s is refused, and nothing is left under the names of its files",
    async (_, entries, cutOff, reason) => {
      const set = await setOf(entries, cutOff);
      const fault = await faultOf(fetchSet(set, () => {}, {}, folder));
      expect(fault.found).toMatch(reason);
      expect(isFetched(set, folder)).toBe(false);
      expect(existsSync(join(fetchedFolder(set, folder), "a.bin"))).toBe(false);
    },
  );
});
