/** Files of the cache, which several processes may write at once. */
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

/**
 * Writes under a name of its own and renames, so that at every moment the file is absent, or whole, whoever else writes it
 * and whenever this process is killed. Makes the folders on the way.
 * @param mode permissions of the new file, less the process's umask
 * @throws what the file system says; then nothing is left behind.
 */
export async function writeWholeFile(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await makeFolder(dirname(path));
  try {
    await writeFile(temporary, content, { mode });
    await rename(temporary, path);
  } catch (error) {
    // The error above tells of the failure; a leftover that cannot be removed either adds nothing to it.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
