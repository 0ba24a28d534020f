/**
 * Names of files and folders that are not finished. Each process has names of its own, so that any number of them can make
 * the same file; the name says whose it is, so that what a killed process left is found again. No lock has to be removed.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Whoever writes does so more often, or gives up. */
const ABANDONED_MS = 5 * 60_000;
/** Process numbers mean something on their own machine alone. */
const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** A name that nobody else uses, beside `path`: `file.1a2b3c4d-4711-5e6f7081.part`. */
export function unfinishedName(path: string, ending: string): string {
  return `${path}.${machine}-${process.pid}-${randomUUID().slice(0, 8)}.${ending}`;
}

/**
 * Names that processes used for `path` which are gone, or which have not written for minutes.
 * @throws what the file system says, but for a missing folder
 */
export async function abandonedNames(path: string, ending: string): Promise<string[]> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const owner = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.(\w+)$/;
  const names: string[] = [];
  for (const name of await namesIn(folder)) {
    const found = name.startsWith(prefix) ? owner.exec(name.slice(prefix.length)) : null;
    if (found === null || found[3] !== ending) continue;
    const gone = found[1] === machine && !isRunning(Number(found[2]));
    if (gone || (await silentMs(join(folder, name))) > ABANDONED_MS) names.push(join(folder, name));
  }
  return names;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    // Another user's process cannot be asked, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Since it was last written; 0 where it is gone. */
async function silentMs(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}
