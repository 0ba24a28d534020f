/** What is asked of browsers: adapters and advice, dropped files, downloads. No browser is needed for it. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openBrowserAdapter } from "../../../src/platform/browser/adapter.ts";
import { download } from "../../../src/platform/browser/download.ts";
import { givenSource, gunzip } from "../../../src/platform/browser/given-files.ts";
import { webGpuAdvice } from "../../../src/platform/browser/web-gpu-advice.ts";
import { serveFolder } from "../../../src/platform/node/static-server.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const agents = {
  chromeOnLinux:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
  chromeOnWindows:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/100.0.0.0 Safari/537.36",
  chromeOnAndroid:
    "Mozilla/5.0 (Linux; Android 11; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
  chromeOnIphone:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/120.0 Mobile Safari/604.1",
  safari:
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
  firefoxOnLinux: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  firefoxOnWindows: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
};

describe("advice", () => {
  test.each([
    ["chromeOnLinux", "chrome://flags/#enable-unsafe-webgpu"],
    ["chromeOnWindows", "graphics acceleration"],
    ["chromeOnAndroid", "Android 12"],
    ["chromeOnIphone", "iOS 26"],
    ["safari", "Safari 26"],
    ["firefoxOnLinux", "dom.webgpu.enabled"],
    ["firefoxOnWindows", "Firefox to 141"],
  ] as const)("for %s speaks of %s", (name, text) => {
    expect(webGpuAdvice(agents[name], true)).toContain(text);
  });

  test("over plain HTTP is to come another way, whatever the browser", () => {
    expect(webGpuAdvice(agents.safari, false)).toContain("https://");
  });
});

describe("an adapter", () => {
  const scope = (gpu: unknown) => ({
    isSecureContext: true,
    navigator: { userAgent: agents.safari, ...(gpu === undefined ? {} : { gpu: gpu as GPU }) },
  });
  const giving = (info: object | null) => ({ requestAdapter: async () => info && { info } });

  test("is missing where the browser has no WebGPU, and refused where that gives none", async () => {
    expect(await openBrowserAdapter(scope(undefined))).toMatchObject({ state: "missing" });
    expect(await openBrowserAdapter(scope(giving(null)))).toMatchObject({ state: "refused" });
  });

  test("has a name for messages, though browsers leave most names out", async () => {
    const info = {
      vendor: "google",
      architecture: "swiftshader",
      device: "",
      description: "",
      isFallbackAdapter: false,
    };
    const facts = { ...info, description: "google swiftshader", software: true, backend: "unknown" };
    const { isFallbackAdapter: _, ...wanted } = facts;
    expect(await openBrowserAdapter(scope(giving(info)))).toMatchObject({ facts: wanted });
    const nameless = { ...info, vendor: "", architecture: "" };
    expect(await openBrowserAdapter(scope(giving(nameless)))).toMatchObject({
      facts: { description: "this browser's WebGPU adapter", software: false },
    });
  });
});

describe("dropped files", () => {
  const file = (path: string, text: string) => ({ path, content: new Blob([text]) });

  test("of a folder are those in it, and are read by their names there", async () => {
    const source = givenSource([file("a/study.json", "{}"), file("a/models/m.safetensors", "m"), file("a/b/c", "")]);
    expect(source.label).toBe("a");
    expect(await source.list()).toEqual(["study.json"]);
    expect(await source.list("models")).toEqual(["m.safetensors"]);
    expect(await source.list("nowhere")).toEqual([]);
    expect(new TextDecoder().decode(await source.read("models/m.safetensors"))).toBe("m");
  });

  test("without a folder are as if in one", async () => {
    const source = givenSource([file("x", "1"), file("y", "2")]);
    expect([source.label, await source.list()]).toEqual(["dropped files", ["x", "y"]]);
  });

  test("that are not there are said to be missing", async () => {
    await expect(givenSource([file("x", "1")]).read("y")).rejects.toThrow("y: this file is missing");
  });

  test("that are packed are unpacked, up to a size, and refused where they are damaged", async () => {
    const content = new Uint8Array(100_000).map((_, index) => index % 251);
    const packed = new Uint8Array(gzipSync(content));
    expect(await gunzip(packed, content.length)).toEqual(content);
    await expect(gunzip(packed, content.length - 1)).rejects.toThrow("more than 99999 bytes");
    await expect(gunzip(packed.slice(0, -20), content.length)).rejects.toThrow();
    await expect(gunzip(content, content.length)).rejects.toThrow();
  });
});

describe("a download", () => {
  const scratch = scratchFolder();

  test("tells how far it is, and ends with the file; what is not there is named with its status", async () => {
    const content = new Uint8Array(300_000).map((_, index) => index % 253);
    mkdirSync(join(scratch, "page"));
    writeFileSync(join(scratch, "page", "index.html"), "");
    writeFileSync(join(scratch, "page", "data.bin"), content);
    const server = await serveFolder(join(scratch, "page"));
    const told: number[][] = [];
    expect(await download(new URL("data.bin", server.url), (...progress) => told.push(progress))).toEqual(content);
    expect(told.at(-1)).toEqual([300_000, 300_000]);
    expect(told.length).toBeGreaterThan(1);
    const missing = download(new URL("no.bin", server.url), () => {});
    await expect(missing).rejects.toMatchObject({ fault: { where: "/no.bin", found: "HTTP status 404" } });
    await server.close();
    const gone = download(new URL("data.bin", server.url), () => {});
    await expect(gone).rejects.toMatchObject({ fault: { what: "a file of this page cannot be loaded" } });
  });
});
