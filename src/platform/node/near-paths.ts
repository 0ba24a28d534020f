/** Paths that were probably meant by one where there is nothing. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { meantNames } from "../../core/nearest-name.ts";

/** Names in a folder; none where it cannot be read, or is none. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // The error that is being explained is another one.
  }
}

/** The path from its first folder or file that does not exist on, as its parts. */
function missingParts(path: string): { readonly folder: string; readonly parts: readonly string[] } {
  const parts: string[] = [];
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) {
    parts.unshift(basename(folder));
    folder = dirname(folder);
  }
  return { folder, parts };
}

/**
 * Paths that exist and differ from `path` in the spelling of one part; the nearest first.
 * @param path as it was given: what it is relative to, the others are, too
 */
function nearPaths(path: string): string[] {
  const { folder, parts } = missingParts(path);
  const [first, ...more] = parts;
  if (first === undefined) return [];
  const near = meantNames(first, namesIn(resolve(folder)));
  return near.map((name) => join(folder, name, ...more)).filter((candidate) => existsSync(candidate));
}

/** What to do about a path where there is nothing. */
export function pathAdvice(path: string, names: readonly string[] = []): string {
  const near = [...names, ...nearPaths(path)];
  return near.length > 0 ? `did you mean ${near.join(" or ")}?` : "check the spelling of the path";
}
