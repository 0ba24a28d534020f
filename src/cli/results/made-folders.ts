/** Folders that a command makes, and that go again if nothing comes into them. */
import { existsSync, rmdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { atEnd } from "../../platform/node/at-end.ts";

/** Folders on the way to `path`, itself included, that do not exist; innermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // It holds something, and stays; or it was never made, and the next one may have been.
    }
  }
}

/**
 * Has the folders on the way to `path` that do not exist yet removed at the end of the process, where they are empty then.
 * @returns the same for a folder below them that was made
 */
export function removeIfEmpty(path: string): (below: string) => void {
  const made = missingFolders(path);
  atEnd(() => removeEmpty(made));
  return (below) => made.unshift(resolve(below));
}
