/**
 * Files that are absent or whole at every moment, whoever else writes them and whenever this process is killed: written
 * under a name of their own, in the folder of their final name so that the rename stays on one disk, synced, and renamed.
 * The name says which process writes, so that what a killed one left is known for what it is and removed by a later one.
 */
import { createHash, randomBytes } from "node:crypto";
import { unlinkSync } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileDigest, StreamedFile } from "../../core/platform.ts";
import { atEnd } from "./at-end.ts";
import { makeFolder } from "./make-folder.ts";
import { markOf, markPattern, markText, ownMark, stateOf } from "./process-mark.ts";

/** Behind the name of the file: who writes it, something random, and what it is. */
const PARTIAL = new RegExp(`^(.+)\\.${markPattern}\\.[0-9a-f]{8}\\.partial$`, "s");
/** Longer names (in bytes) would not fit with what comes behind them: most file systems hold 255. */
const MOST_NAME_BYTES = 180;

/** The name of a file as the names of those files begin that go with it. */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= MOST_NAME_BYTES) return name;
  return createHash("sha256").update(name).digest("hex");
}

function partialPath(path: string): string {
  const random = randomBytes(4).toString("hex");
  return join(dirname(path), `${shortName(basename(path))}.${markText(ownMark)}.${random}.partial`);
}

/** Of this process, not yet published or discarded. */
const unpublished = new Set<string>();

function discardPartials(): void {
  for (const path of unpublished) {
    try {
      unlinkSync(path);
    } catch {
      // Gone already, or in a folder that is: there is nothing left to clean.
    }
  }
  unpublished.clear();
}
atEnd(discardPartials);

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch {
    // Not every system can sync a folder; the file itself is safe already.
  } finally {
    await folder?.close();
  }
}

/** All bytes of a file, on the disk, under a name that is not yet its own. */
export interface StagedFile extends FileDigest {
  /** Where they lie. */
  readonly partial: string;
  /** Gives the file its name, in one step; what had the name is gone. */
  publish(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Writes all bytes of a file; makes the folders on the way.
 * @param mode permissions of the new file, less the process's umask
 * @throws what the file system or the chunks say; then nothing is left behind.
 */
export async function stageFile(path: string, chunks: StreamedFile["chunks"], mode = 0o666): Promise<StagedFile> {
  const partial = partialPath(path);
  const hash = createHash("sha256");
  let bytes = 0;
  const discard = async () => {
    unpublished.delete(partial);
    await rm(partial, { force: true });
  };
  await makeFolder(dirname(path));
  unpublished.add(partial);
  try {
    await using handle = await open(partial, "wx", mode);
    for await (const chunk of chunks) {
      const written = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      await handle.appendFile(written);
      hash.update(written);
      bytes += written.length;
    }
    await handle.sync();
  } catch (error) {
    // The error above tells of the failure; a leftover that cannot be removed either adds nothing to it.
    await discard().catch(() => {});
    throw error;
  }
  return {
    partial,
    bytes,
    sha256: hash.digest("hex"),
    discard,
    async publish() {
      try {
        await rename(partial, path);
      } catch (error) {
        await discard().catch(() => {});
        throw error;
      }
      unpublished.delete(partial);
      await syncFolder(dirname(path));
    },
  };
}

/** Writes a file whole. @throws as `stageFile` does */
export async function writeAtomically(
  path: string,
  chunks: StreamedFile["chunks"],
  mode?: number,
): Promise<FileDigest> {
  const { bytes, sha256, publish } = await stageFile(path, chunks, mode);
  await publish();
  return { bytes, sha256 };
}

/** Whether a name is that of a file which is being written, or was when its writer was killed. @param isOurs asked of the file */
export function isPartial(name: string, isOurs: (file: string) => boolean): boolean {
  const stem = PARTIAL.exec(name)?.[1];
  return stem !== undefined && isOurs(stem);
}

/** Files whose writer cannot be asked (another machine's) count as left behind after this; none is written for so long. */
const LEFT_AFTER_MS = 24 * 3600 * 1000;

async function isLeft(path: string, mark: readonly string[], isOwned: boolean): Promise<boolean> {
  const state = stateOf(markOf(mark));
  if (state !== "unknown" || isOwned) return state !== "running";
  return Date.now() - (await stat(path)).mtimeMs > LEFT_AFTER_MS;
}

interface Sweep {
  /** Which files' partial files may go, by their name. */
  isOurs(name: string): boolean;
  /** Nobody else may write here now: whoever cannot be asked has ended. */
  readonly isOwned: boolean;
}

/** The partial files in a folder that processes left which are there no more. */
export async function leftPartials(folder: string, { isOurs, isOwned }: Sweep): Promise<string[]> {
  const left: string[] = [];
  for (const name of await readdir(folder)) {
    const [, stem, ...mark] = PARTIAL.exec(name) ?? [];
    if (stem === undefined || !isOurs(stem)) continue;
    // Another process may have removed it meanwhile.
    if (await isLeft(join(folder, name), mark, isOwned).catch(() => false)) left.push(name);
  }
  return left;
}

/** Removes the partial files of `path` that killed processes left. Those that cannot be removed do no harm, and stay. */
export async function sweepPartialsOf(path: string, isOwned: boolean): Promise<void> {
  const stem = shortName(basename(path));
  const folder = dirname(path);
  const left = await leftPartials(folder, { isOurs: (name) => name === stem, isOwned }).catch(() => []);
  for (const name of left) await rm(join(folder, name), { force: true }).catch(() => {});
}
