/** The cache folder's place on each operating system. */
import { expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { cacheFolder } from "../../src/platform/node/cache-folder.ts";

test("on Linux it follows XDG_CACHE_HOME, or else lies in ~/.cache", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/fast" }, "linux", "/home/ada")).toBe("/fast/gpu-importance");
  expect(cacheFolder({}, "linux", "/home/ada")).toBe("/home/ada/.cache/gpu-importance");
});

test("an empty or relative XDG_CACHE_HOME is ignored", () => {
  for (const value of ["", "caches", "./x"]) {
    expect(cacheFolder({ XDG_CACHE_HOME: value }, "linux", "/home/ada")).toBe("/home/ada/.cache/gpu-importance");
  }
});

test("on macOS it lies in ~/Library/Caches", () => {
  expect(cacheFolder({}, "darwin", "/Users/ada")).toBe("/Users/ada/Library/Caches/gpu-importance");
});

test("on Windows it lies in LOCALAPPDATA, or else where that usually is", () => {
  expect(cacheFolder({ LOCALAPPDATA: "D:\\Local" }, "win32", "C:\\Users\\ada")).toBe("D:\\Local\\gpu-importance");
  expect(cacheFolder({}, "win32", "C:\\Users\\ada")).toBe("C:\\Users\\ada\\AppData\\Local\\gpu-importance");
});

test.each([
  ["linux", "XDG_CACHE_HOME"],
  ["darwin", "HOME"],
  ["win32", "LOCALAPPDATA"],
] as const)("on %s a user without a home gets no folder, but the variable that names one", (platform, variable) => {
  const nowhere = () => cacheFolder({}, platform, null);
  expect(nowhere).toThrow(RunError);
  expect(nowhere).toThrow(`set ${variable} to a folder`);
});
