/** The lab's server: its folder and nothing else, to this machine and no other name of it. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { type StaticServer, serveFolder } from "../../src/platform/node/static-server.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const folder = join(scratch, "page");
let server: StaticServer;

beforeAll(async () => {
  mkdirSync(join(folder, "assets"), { recursive: true });
  mkdirSync(join(scratch, "elsewhere"));
  writeFileSync(join(scratch, "secret.txt"), "secret");
  writeFileSync(join(scratch, "elsewhere", "secret.txt"), "secret");
  writeFileSync(join(folder, "index.html"), "<p>page</p>");
  writeFileSync(join(folder, "assets", "a b.js"), "1");
  for (const name of ["style.css", "data.bin", "study.zip", "strange.xyz"]) writeFileSync(join(folder, name), "x");
  symlinkSync(join(scratch, "secret.txt"), join(folder, "link.txt"));
  symlinkSync(join(scratch, "elsewhere"), join(folder, "linked"));
  server = await serveFolder(folder);
});
afterAll(() => server.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Asks without any tidying of the path, which `fetch` would do. */
function ask(path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { hostname, port, host } = new URL(server.url);
  const { method = "GET" } = options;
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers: { host: options.host ?? host } }, async (response) =>
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
    );
    asked.on("error", reject);
    asked.end();
  });
}

describe("the server", () => {
  test("listens on 127.0.0.1 at a free port", async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    await expect(
      new Promise((resolve, reject) => {
        const socket = connect(Number(new URL(server.url).port), "127.0.0.2", () => resolve("connected"));
        socket.on("error", reject);
      }),
    ).rejects.toThrow("ECONNREFUSED");
  });

  test.each([
    ["/", "text/html; charset=utf-8", "<p>page</p>"],
    ["/?seed=1", "text/html; charset=utf-8", "<p>page</p>"],
    ["/index.html", "text/html; charset=utf-8", "<p>page</p>"],
    ["/assets/a%20b.js", "text/javascript; charset=utf-8", "1"],
    ["/style.css", "text/css; charset=utf-8", "x"],
    ["/data.bin", "application/octet-stream", "x"],
    ["/study.zip", "application/zip", "x"],
    ["/strange.xyz", "application/octet-stream", "x"],
  ])("gives %s as %s", async (path, type, content) => {
    const { status, headers, body } = await ask(path);
    expect({ status, body }).toEqual({ status: 200, body: content });
    expect(headers["content-type"]).toBe(type);
  });

  test.each([
    "/nothing",
    "/assets",
    "/assets/",
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..\\secret.txt",
    "/..%5csecret.txt",
    "/%252e%252e/secret.txt",
    "//secret.txt",
    "/index.html/../../secret.txt",
    "/index.html%00.js",
    "/%",
    "/%c0%ae%c0%ae/secret.txt",
    "/link.txt",
    "/linked/secret.txt",
    "http://127.0.0.1/secret.txt",
  ])("finds nothing at %s", async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: "" });
  });

  test("finds no absolute path of the machine", async () => {
    for (const path of [join(scratch, "secret.txt"), `/${join(scratch, "secret.txt")}`, join(folder, "index.html")]) {
      expect(await ask(path), path).toMatchObject({ status: 404, body: "" });
    }
  });

  test("answers to no other name, which another site's pages could use", async () => {
    expect(await ask("/", { host: "evil.example" })).toMatchObject({ status: 421, body: "" });
    expect(await ask("/", { host: new URL(server.url).host.replace("127.0.0.1", "localhost") })).toMatchObject({
      status: 200,
    });
  });

  test("only reads", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      expect(await ask("/", { method })).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    }
    expect(await ask("/", { method: "HEAD" })).toMatchObject({
      status: 200,
      headers: { "content-length": "11" },
      body: "",
    });
  });

  test("allows pages their own files alone, whatever is asked", async () => {
    for (const path of ["/", "/nothing"]) {
      const { headers } = await ask(path);
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      );
      expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*|https?:/);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
    }
  });
});

/** Descriptors that this process has open. */
const openFiles = () => readdirSync("/proc/self/fd").length;

describe.skipIf(!existsSync("/proc/self/fd"))("visitors who go away", () => {
  const LARGE = 2 ** 24;

  /** Asks for a file and hangs up with the first bytes of it. */
  function hangUp(path: string): Promise<void> {
    const { hostname, port, host } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      });
      socket.once("data", () => socket.destroy());
      socket.once("close", () => resolve());
      socket.once("error", reject);
    });
  }

  test("leave nothing open: 500 downloads that are broken off cost no descriptor", async () => {
    const before = openFiles();
    for (let round = 0; round < 50; round++) await Promise.all(Array.from({ length: 10 }, () => hangUp("/large.bin")));
    // The last of them may be on their way out.
    await expect.poll(openFiles, { timeout: 20_000 }).toBeLessThan(before + 10);
    expect((await ask("/large.bin")).body).toHaveLength(LARGE);
  });

  beforeAll(async () => {
    await server.close();
    writeFileSync(join(folder, "large.bin"), Buffer.alloc(LARGE, "x"));
    server = await serveFolder(folder);
  });
});

describe("a server that cannot be", () => {
  test("says that the page is not built, where, and what builds it", async () => {
    for (const missing of [join(scratch, "nowhere"), join(scratch, "elsewhere")]) {
      const failing = serveFolder(missing);
      await expect(failing).rejects.toThrow(RunError);
      await expect(failing).rejects.toThrow(/page is not built[\s\S]*npm run build:web/);
      await expect(failing).rejects.toThrow(missing);
    }
  });

  test("says that its port is taken", async () => {
    const failing = serveFolder(folder, Number(new URL(server.url).port));
    await expect(failing).rejects.toThrow(RunError);
    await expect(failing).rejects.toThrow(/the port is taken[\s\S]*another --port/);
  });
});
