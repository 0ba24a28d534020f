/** Dropped files as the readers of data and of networks want them: folders in folders, read piece by piece where that helps. */
import { RunError } from "../../core/errors.ts";
import type { DataFolder } from "../../core/platform.ts";
import type { ModelFiles } from "../../models/model-reader.ts";
import { commonFolder, type GivenFile, givenBlob, givenSource, MAX_BYTES, readGiven } from "./given-files.ts";

/** What was dropped as a folder of data; a single file is a folder of nothing else. @param files at least one */
export function givenFolder(files: readonly GivenFile[]): DataFolder {
  const top = commonFolder(files.map(({ path }) => path));
  const below = files.map(({ path, content }) => ({ path: path.slice(top.length), content }));
  const folder = folderOf(below, top.slice(0, -1) || (files.length === 1 ? files[0]!.path : "dropped files"));
  const isFile = files.length === 1 && top === "";
  return isFile ? { ...folder, beside: async () => [files[0]!.path] } : folder;
}

/** @param files with paths relative to the folder */
function folderOf(files: readonly GivenFile[], label: string): DataFolder {
  const contents = new Map(files.map(({ path, content }) => [path, content]));
  const inside = (name: string) => {
    const prefix = `${name}/`;
    const own = files.filter(({ path }) => path.startsWith(prefix));
    return own.map(({ path, content }) => ({ path: path.slice(prefix.length), content }));
  };
  const blob = (name: string) => givenBlob(name, contents.get(name));
  return {
    label,
    list: async (below) => namesIn(below === undefined ? files : inside(below)),
    folders: async () => foldersIn(files),
    folder: (name) => folderOf(inside(name), `${label}/${name}`),
    read: (name) => readGiven(name, contents.get(name)),
    stream: (name) => piecesOf(blob(name).stream(), name),
    size: async (name) => blob(name).size,
    readRange: (name, first, length) => readGiven(name, blob(name).slice(first, first + length)),
    gunzip: givenSource(files).gunzip,
    gunzipStream: unpackedPieces,
  };
}

function namesIn(files: readonly GivenFile[]): string[] {
  return files.map(({ path }) => path).filter((path) => !path.includes("/"));
}

function foldersIn(files: readonly GivenFile[]): string[] {
  return [...new Set(files.flatMap(({ path }) => (path.includes("/") ? [path.split("/")[0]!] : [])))];
}

/** @throws RunError where the file cannot be read any more */
async function* piecesOf(stream: ReadableStream<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) yield value!;
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    const fix = "drop it again; it may have been changed or moved meanwhile";
    throw new RunError({ what: "the file cannot be read", where, found, fix }, { cause });
  } finally {
    await reader.cancel().catch(() => {}); // a stream that has failed cannot be cancelled, and need not be
  }
}

/** The content of a gzip stream as it comes; the browser compares checksum and length. @throws the browser's error */
async function* unpackedPieces(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = packed[Symbol.asyncIterator]();
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done === true) controller.close();
      // The web's type excludes shared memory, which no file is read into.
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    cancel: async () => void (await pieces.return?.()),
  });
  const reader = stream.pipeThrough(new DecompressionStream("gzip")).getReader();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) yield value!;
}

/**
 * A network's file with the dropped files beside and below it.
 * @param path of the file among those that were dropped
 * @throws RunError where it cannot be read, or all that is read of the network is larger than one file can be
 */
export async function givenModel(files: readonly GivenFile[], path: string): Promise<ModelFiles> {
  const top = path.slice(0, path.lastIndexOf("/") + 1);
  const own = files.filter((file) => file.path.startsWith(top));
  const contents = new Map(own.map((file) => [file.path.slice(top.length), file.content]));
  const name = path.slice(top.length);
  let left = MAX_BYTES;
  const read = async (other: string): Promise<Uint8Array> => {
    const bytes = await readGiven(other, contents.get(other), left);
    left -= bytes.length;
    return bytes;
  };
  const names = namesIn([...contents].map(([one, content]) => ({ path: one, content })));
  return {
    name,
    bytes: await read(name),
    siblings: async () => names,
    // Names come out of the file: one that leaves its folder is not among those below it.
    sibling: async (other) => (contents.has(other) ? read(other) : undefined),
  };
}
