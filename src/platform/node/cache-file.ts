/** Files of the cache, which several processes may write at once. */
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { leftPartials, writeAtomically } from "./atomic-file.ts";

/** As partial files of the cache were called before their names said whose they are. */
const OLD_PARTIAL = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;
const OLD_MS = 24 * 3600 * 1000;

/**
 * Writes a file whole, and removes what killed processes left beside it. Makes the folders on the way.
 * @param mode permissions of the new file, less the process's umask
 * @throws what the file system says; then nothing is left behind.
 */
export async function writeCacheFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  await writeAtomically(path, [content], mode);
  await sweep(dirname(path)).catch(() => {}); // What cannot be removed takes room, and does no other harm.
}

async function sweep(folder: string): Promise<void> {
  const left = await leftPartials(folder, { isOurs: () => true, isOwned: false });
  for (const name of (await readdir(folder)).filter((one) => OLD_PARTIAL.test(one))) {
    if (Date.now() - (await stat(join(folder, name))).mtimeMs > OLD_MS) left.push(name);
  }
  for (const name of left) await rm(join(folder, name), { force: true });
}
