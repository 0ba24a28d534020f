/** Where this program may keep what it can make again: its folder among the user's caches. */
import { homedir } from "node:os";
import path from "node:path";

/**
 * `$XDG_CACHE_HOME` or `~/.cache` on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows, each with
 * `gpu-importance` below. The folder need not exist. A relative XDG_CACHE_HOME is ignored, as its specification asks.
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (platform === "win32") {
    const local = environment["LOCALAPPDATA"] || path.win32.join(home, "AppData", "Local");
    return path.win32.join(local, "gpu-importance");
  }
  if (platform === "darwin") return path.posix.join(home, "Library", "Caches", "gpu-importance");
  const xdg = environment["XDG_CACHE_HOME"];
  const caches = xdg !== undefined && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, ".cache");
  return path.posix.join(caches, "gpu-importance");
}
