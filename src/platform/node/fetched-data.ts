/** Public data sets in the user's cache folder: fetched, unpacked, found again. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { RunError } from "../../core/errors.ts";
import type { PublicSet } from "../../data/public-sets.ts";
import { cacheFolder } from "./cache-folder.ts";
import { type DownloadOptions, download } from "./download.ts";

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
 * Fetches what is missing of a set, and unpacks it.
 * @param onFile is told of each file before it is fetched
 * @throws RunError where no mirror yields a file, or the archive lacks one.
 */
export async function fetchSet(
  set: PublicSet,
  onFile: (name: string, bytes: number) => void,
  options: DownloadOptions = {},
  cache?: string,
): Promise<void> {
  if (isFetched(set, cache)) return;
  const folder = fetchedFolder(set, cache);
  for (const file of set.files) {
    onFile(file.name, file.bytes);
    await download(file, set.mirrors, join(folder, file.name), options);
  }
  if (set.unpacked === undefined) return;
  const archive = join(folder, set.files[0]!.name);
  await unpackFiles(archive, set.unpacked, folder);
  await rm(archive);
}

/**
 * Unpacks the files of these names, whatever folder the archive has them in, and nothing else.
 * @throws RunError where one is missing or the archive is damaged; no file is left then under its name.
 */
async function unpackFiles(archive: string, names: readonly string[], folder: string): Promise<void> {
  const temporary = `${archive}.unpacked`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
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
  const [read, written] = await Promise.allSettled([reading, write()]);
  const failed = [read, written].find((outcome) => outcome.status === "rejected");
  if (failed !== undefined || missing.size > 0) {
    throw new RunError({
      what: "the archive cannot be unpacked",
      where: archive,
      expected: names.join(", "),
      found: failed === undefined ? `no ${[...missing].join(", ")}` : String(failed.reason),
      fix: "remove the archive and fetch it again",
    });
  }
  for (const name of names) await rename(join(temporary, name), join(folder, name));
  await rm(temporary, { recursive: true });
}
