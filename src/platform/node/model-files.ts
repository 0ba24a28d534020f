/** A network file on disk, with the files beside it, as the readers of networks want them. */
import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { RunError } from "../../core/errors.ts";
import type { ModelFiles } from "../../models/model-reader.ts";
import { fileError, folderSource } from "./files.ts";
import { MOST_FILE_BYTES, readRegular, requireRegular } from "./regular-file.ts";

const EXPECTED = "the file of a network, or a folder of .npy files";
/** A SavedModel of TensorFlow is refused by its name. */
const FOLDER_HOLDS = /^model\.json$|^saved_model\.pb$|\.npy$/i;

/** What stands for a folder: model.json of TensorFlow.js, else any .npy file. */
async function entryOf(path: string): Promise<string> {
  const files = await folderSource(path).list();
  const candidates = files.filter((name) => FOLDER_HOLDS.test(name)).sort();
  const entry = candidates.find((name) => name.toLowerCase() === "model.json") ?? candidates[0];
  if (entry !== undefined) return entry;
  throw new RunError({
    what: "the folder holds no network",
    where: path,
    expected: "model.json of TensorFlow.js, or .npy files",
    found: files.length === 0 ? "no files" : files.slice(0, 5).join(", "),
    fix: "give the path of the network's file",
  });
}

/** Reads files of one network, which together are no larger than one file can be. */
class BoundedReading {
  #left = MOST_FILE_BYTES;

  async read(path: string): Promise<Uint8Array> {
    try {
      const bytes = await readRegular(path, EXPECTED, this.#left);
      this.#left -= bytes.length;
      return bytes;
    } catch (error) {
      throw fileError(error, path, EXPECTED);
    }
  }
}

/**
 * The network file at `path`: a file, or a folder of .npy files or of a TensorFlow.js model.
 * @throws RunError where there is nothing, or nothing that can be read.
 */
export async function openModelFiles(path: string): Promise<ModelFiles> {
  let isFolder: boolean;
  try {
    const found = await stat(path);
    isFolder = found.isDirectory();
    if (!isFolder) requireRegular(found, path, EXPECTED);
  } catch (error) {
    throw fileError(error, path, EXPECTED);
  }
  const folder = isFolder ? path : dirname(path);
  const name = isFolder ? await entryOf(path) : basename(path);
  const source = folderSource(folder);
  const reading = new BoundedReading();
  const listings = new Map<string, Promise<readonly string[]>>();
  const list = (below: string) => {
    const listing = listings.get(below) ?? source.list(below === "." ? undefined : below);
    listings.set(below, listing);
    return listing;
  };
  return {
    name,
    bytes: await reading.read(join(folder, name)),
    siblings: () => list("."),
    async sibling(other) {
      // Names come out of the file: one that leaves its folder is as good as none.
      if (isAbsolute(other) || other.split(/[\\/]/).includes("..")) return undefined;
      const listed = await list(dirname(other));
      return listed.includes(basename(other)) ? reading.read(join(folder, other)) : undefined;
    },
  };
}
