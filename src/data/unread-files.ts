/**
 * What lies in a folder of data and is not read: named, and refused where it looks like data. A picture in another format, a
 * second table or a class a folder deeper would otherwise be left out without a word.
 */
import { RunError } from "../core/errors.ts";
import type { DataFolder } from "../core/platform.ts";
import { shownNames } from "./shown-names.ts";

const PICTURE = /\.(?:png|jpe?g|jpe|jfif|bmp|gif|tiff?|webp|p[bgnp]m|avif|heic|jp2)$/i;
const TABLE = /\.(?:csv|tsv|tab|parquet|pq|feather|arrow|arff|jsonl|ndjson|data)(?:\.(?:gz|bz2|xz|zst))?$/i;
const ARRAY = /\.(?:npz|npy|mat|tfrecords?)(?:\.gz)?$|[-.]idx\d-ubyte(?:\.gz)?$|^(?:data|test)_batch.*$/i;
/** What operating systems put into folders. */
const JUNK = /^(?:\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i;
/** Folders that tools put there, with copies of what lies beside them. */
const HIDDEN = /^(?:\..*|__MACOSX|@eaDir)$/;
/** Folders below a folder that are looked into. */
const DEPTH = 2;

/** Whether operating systems or tools have put a file or folder there, so that it is not a picture, a table or a class. */
export function isHidden(name: string): boolean {
  return JUNK.test(name) || HIDDEN.test(name);
}

export function isPicture(name: string): boolean {
  return PICTURE.test(name) && !isHidden(name);
}

function isData(name: string): boolean {
  return (PICTURE.test(name) || TABLE.test(name) || ARRAY.test(name)) && !isHidden(name);
}

/** The same file packed or unpacked is no further one. */
const unpackedName = (name: string) => name.replace(/\.gz$/i, "");

/** What a reader takes of a folder. */
interface ReadNames {
  readonly files: readonly string[];
  readonly folders?: readonly string[];
}

/**
 * The names of what is not read, which is not data.
 * @param read what is read
 * @param what is read, for messages: `pictures in PNG`
 * @throws RunError that names the first thing that looks like data and is not read
 */
export async function unreadNames(folder: DataFolder, read: ReadNames, what: string): Promise<string[]> {
  const known = new Set(read.files);
  const twins = new Set(read.files.map(unpackedName));
  const files = (await folder.list()).filter((name) => !known.has(name) && !JUNK.test(name)).sort();
  const data = files.find((name) => isData(name) && !twins.has(unpackedName(name)));
  if (data !== undefined) throw wouldBeLeft(`${folder.label}/${data}`, what);
  const folders = (await folder.folders()).filter((name) => read.folders?.includes(name) !== true).sort();
  for (const name of folders) {
    const inside = HIDDEN.test(name) ? undefined : await firstData(folder.folder(name), DEPTH);
    if (inside !== undefined) throw wouldBeLeft(inside, what);
  }
  return [...files, ...folders.map((name) => `${name}/`)];
}

/** The path of a file in the folder, or below it, that looks like data. */
async function firstData(folder: DataFolder, depth: number): Promise<string | undefined> {
  const file = (await folder.list()).filter(isData).sort()[0];
  if (file !== undefined || depth === 1) return file === undefined ? undefined : `${folder.label}/${file}`;
  for (const name of [...(await folder.folders())].sort()) {
    const found = HIDDEN.test(name) ? undefined : await firstData(folder.folder(name), depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wouldBeLeft(where: string, what: string): RunError {
  return new RunError({
    what: "something that looks like data would not be read",
    where,
    expected: `${what}, and no other data in the folder`,
    found: "data that would be left out",
    fix: PICTURE.test(where)
      ? "save the picture as PNG in the folder of its class, or move it out of the data"
      : "move it out of the folder, or give the path of the one file that is meant",
  });
}

/** One line that names what is not read; none where all is. */
export function unreadNote(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`not read: ${shownNames(names)}`];
}
