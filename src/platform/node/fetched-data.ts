/** Public data sets in the user's cache folder: fetched, unpacked, found again. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { RunError } from "../../core/errors.ts";
import type { PublicSet } from "../../data/digits/public-sets.ts";
import { cacheFault } from "./cache-fault.ts";
import { cacheFolder } from "./cache-folder.ts";
import { type DownloadOptions, download } from "./download.ts";
import { makeFolder } from "./make-folder.ts";
import { abandonedNames, unfinishedName } from "./unfinished-files.ts";

/** Where a set lies, whether or not it has been fetched. */
export function fetchedFolder({ name }: PublicSet, cache: string = cacheFolder()): string {
  return join(cache, "data", name);
}

/** Whether all files of the set are there; each has been checked before it got its name. */
export function isFetched(set: PublicSet, cache?: string): boolean {
  const folder = fetchedFolder(set, cache);
  const names = set.unpacked ?? set.files.map(({ name }) => name);
  return names.every((name) => existsSync(join(folder, name)));
}

/**
 * Fetches what is missing of a set, and unpacks it. Others may do the same at the same time.
 * @param onFile is told of each file before it is fetched
 * @throws RunError where no mirror yields a file, it cannot be written, or the archive lacks one.
 */
export async function fetchSet(
  set: PublicSet,
  onFile: (name: string, bytes: number) => void,
  options: DownloadOptions = {},
  cache?: string,
): Promise<void> {
  const folder = fetchedFolder(set, cache);
  for (const file of set.files) {
    if (isFetched(set, cache)) return;
    onFile(file.name, file.bytes);
    await download(file, set.mirrors, join(folder, file.name), options);
  }
  if (set.unpacked === undefined) return;
  const archive = join(folder, set.files[0]!.name);
  try {
    await unpackFiles(archive, set.unpacked, folder);
    await rm(archive, { force: true });
  } catch (error) {
    // Whoever was quicker has removed the archive.
    if (!isFetched(set, cache)) throw cacheFault(error, archive);
  }
}

/** Ending of the folder that an archive is unpacked to. */
const UNPACKED = "unpacked";

/**
 * Unpacks the files of these names, whatever folder the archive has them in, and nothing else.
 * @throws RunError where one is missing or the archive is damaged; no file is left then under its name.
 */
async function unpackFiles(archive: string, names: readonly string[], folder: string): Promise<void> {
  for (const left of await abandonedNames(archive, UNPACKED)) await rm(left, { recursive: true, force: true });
  const temporary = unfinishedName(archive, UNPACKED);
  await makeFolder(temporary);
  try {
    await unpackTo(temporary, archive, names);
    for (const name of names) await rename(join(temporary, name), join(folder, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function unpackTo(temporary: string, archive: string, names: readonly string[]): Promise<void> {
  const missing = new Set(names);
  const entries = extract();
  const write = async () => {
    for await (const entry of entries) {
      const name = basename(entry.header.name);
      if (entry.header.type === "file" && missing.delete(name)) {
        await pipeline(entry, createWriteStream(join(temporary, name)));
      } else entry.resume();
    }
  };
  const reading = pipeline(createReadStream(archive), createGunzip(), entries);
  const outcomes = await Promise.allSettled([reading, write()]);
  const reasons: unknown[] = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  const ofDisk = reasons.find((reason) => reason instanceof Error && "syscall" in reason);
  if (ofDisk !== undefined) throw ofDisk;
  if (reasons.length === 0 && missing.size === 0) return;
  throw new RunError({
    what: "the archive cannot be unpacked",
    where: archive,
    expected: names.join(", "),
    found: reasons.length === 0 ? `no ${[...missing].join(", ")}` : String(reasons[0]),
    fix: "remove the archive and fetch it again",
  });
}
