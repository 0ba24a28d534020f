/** Where this program may keep what it can make again: its folder among the user's caches. */
import { homedir } from "node:os";
import path from "node:path";
import { RunError } from "../../core/errors.ts";

/**
 * `$XDG_CACHE_HOME` or `~/.cache` on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows, each with
 * `gpu-importance` below. The folder need not exist. A relative XDG_CACHE_HOME is ignored, as its specification asks.
 * @throws RunError where none is named and the user has no home
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string | null = homeFolder(),
): string {
  if (platform === "win32") {
    const local = environment["LOCALAPPDATA"] || path.win32.join(home ?? noHome("LOCALAPPDATA"), "AppData", "Local");
    return path.win32.join(local, "gpu-importance");
  }
  if (platform === "darwin") return path.posix.join(home ?? noHome("HOME"), "Library", "Caches", "gpu-importance");
  const xdg = environment["XDG_CACHE_HOME"];
  if (xdg !== undefined && path.posix.isAbsolute(xdg)) return path.posix.join(xdg, "gpu-importance");
  return path.posix.join(home ?? noHome("XDG_CACHE_HOME"), ".cache", "gpu-importance");
}

/** Null for users without one, as those of containers and services may be. */
export function homeFolder(): string | null {
  try {
    const home = homedir();
    return path.isAbsolute(home) ? home : null;
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return null;
  }
}

function noHome(variable: string): never {
  throw new RunError({
    what: "there is no place for a cache",
    where: variable,
    expected: "a folder, or a user with a home",
    found: "neither",
    fix: `set ${variable} to a folder that you may write to`,
  });
}

/** A line for people: that the cache is of no use, why, and what follows. */
export function cacheNote(what: string, error: unknown): string {
  const reason = error instanceof RunError ? `${error.fault.what} (${error.fault.fix})` : (error as Error).message;
  return `${what}: ${reason}`;
}
