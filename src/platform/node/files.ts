/** Files of a folder on disk, as the data readers want them; what the file system refuses becomes a readable error. */
import { constants } from "node:buffer";
import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline, Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { RunError } from "../../core/errors.ts";
import type { DataFolder } from "../../core/platform.ts";
import { unpackedLimit } from "../../formats/unpacked-limit.ts";
import { pathAdvice } from "./near-paths.ts";
import { openRegular, readRegular, requireRegular } from "./regular-file.ts";

/** 4 GiB holds 5 million images of 28 x 28, and is as much as Node 20 can keep in one buffer. */
const MAX_UNPACKED_BYTES = Math.min(2 ** 32, constants.MAX_LENGTH);

/** Deflate packs no more than this into a byte. */
const MOST_DEFLATED = 1032;
/** Unpacked bytes of which a stream's content may say how long it is. */
const BEGINNING_BYTES = 2048;
const A_FILE = "a file that can be read";

/** Of a file that is streamed. */
const PIECE_BYTES = 2 ** 20;

const gunzipAsync = promisify(gunzip);

/**
 * The files and folders in the folder at `path`. Nothing is read before it is asked for.
 * `list`, `folders`, `read` and `stream` reject with RunError; `gunzip` rejects with the reason alone, since
 * it knows no file name.
 */
export function folderSource(path: string): DataFolder {
  return {
    label: path,
    list: (below) => (below === undefined ? listEntries(path, false) : listFilesBelow(join(path, below))),
    folders: () => listEntries(path, true),
    folder: (name) => folderSource(join(path, name)),
    read: (name) => readBytes(join(path, name)),
    stream: (name) => streamBytes(join(path, name)),
    size: (name) => fileSize(join(path, name)),
    readRange: (name, first, length) => readPart(join(path, name), first, length),
    gunzip(bytes, sizeOf) {
      const limit = unpackedLimit(bytes.length, MAX_UNPACKED_BYTES);
      return sizeOf === undefined ? unpack(bytes, limit) : unpackAsSaid(bytes, limit, sizeOf);
    },
    gunzipStream,
  };
}

/**
 * The data at `path`: a folder, or a single file as a folder of nothing else.
 * @throws RunError where there is nothing.
 */
export async function dataSource(path: string): Promise<DataFolder> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    throw fileError(error, path, "a file or a folder that can be read");
  }
  if (found.isDirectory()) return folderSource(path);
  requireRegular(found, path, "a file or a folder that can be read");
  const file = basename(path);
  const folder = folderSource(dirname(path));
  return { ...folder, label: path, list: async () => [file], folders: async () => [], beside: () => folder.list() };
}

/**
 * The content of a gzip stream (all members, where several are joined).
 * @throws Error where the stream is damaged, or holds more than `limit` bytes.
 */
export async function unpack(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return withoutBuffer(await gunzipAsync(bytes, { maxOutputLength: limit }));
  } catch (error) {
    if (errorCode(error) !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new Error(`it unpacks to more than ${limit} bytes`, { cause: error });
  }
}

/**
 * The same, of a content that says at its beginning how long it is: no more is unpacked, and no memory taken for a length that
 * the stream cannot hold.
 * @throws Error where the stream is damaged, or its content says another length than it has; and what `sizeOf` throws.
 */
async function unpackAsSaid(
  bytes: Uint8Array,
  limit: number,
  sizeOf: (beginning: Uint8Array) => number,
): Promise<Uint8Array> {
  const stream = createGunzip({ chunkSize: PIECE_BYTES });
  stream.end(bytes);
  const first: Uint8Array[] = [];
  let unpacked = 0;
  let content: Uint8Array | undefined;
  const begin = () => {
    const beginning = Buffer.concat(first);
    const size = sizeOf(withoutBuffer(beginning));
    const most = Math.min(limit, Math.ceil(bytes.length * MOST_DEFLATED));
    if (size > most) throw new Error(`it says that it holds ${size} bytes; at most ${most} are possible`);
    if (unpacked > size) throw new Error(`it unpacks to more than the ${size} bytes that it says`);
    const all = new Uint8Array(size);
    all.set(beginning);
    return all;
  };
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const before = unpacked;
    unpacked += piece.length;
    if (content === undefined) {
      first.push(piece);
      if (unpacked >= BEGINNING_BYTES) content = begin();
    } else if (unpacked > content.length) {
      throw new Error(`it unpacks to more than the ${content.length} bytes that it says`);
    } else content.set(piece, before);
  }
  return (content ?? begin()).subarray(0, unpacked);
}

/** The content of a gzip stream (all members) as it comes. @throws Error where it is damaged or cut off */
async function* gunzipStream(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacking = createGunzip({ chunkSize: PIECE_BYTES });
  // Its errors come out of the loop below.
  pipeline(Readable.from(pieces, { objectMode: true }), unpacking, () => {});
  for await (const piece of unpacking) yield withoutBuffer(piece as Buffer);
}

/** @param folders whether the folders are wanted, or all the rest */
async function listEntries(path: string, folders: boolean): Promise<string[]> {
  try {
    const names: string[] = [];
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if ((await isFolder(entry, path)) === folders) names.push(entry.name);
    }
    return names;
  } catch (error) {
    throw fileError(error, path, "a folder that can be read");
  }
}

/** A link is what it leads to; one that leads nowhere is a file, and refused when it is read. */
async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return (await stat(join(path, entry.name))).isDirectory();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function listFilesBelow(path: string): Promise<string[]> {
  try {
    return await listEntries(path, false);
  } catch (error) {
    if (error instanceof RunError && errorCode(error.cause) === "ENOENT") return [];
    throw error;
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path, A_FILE);
  } catch (error) {
    throw fileError(error, path, A_FILE);
  }
}

async function* streamBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    await using file = await openRegular(path, A_FILE);
    for await (const piece of file.createReadStream({ highWaterMark: PIECE_BYTES, autoClose: false }))
      yield withoutBuffer(piece as Buffer);
  } catch (error) {
    throw fileError(error, path, A_FILE);
  }
}

async function fileSize(path: string): Promise<number> {
  try {
    const found = await stat(path);
    requireRegular(found, path, A_FILE);
    return found.size;
  } catch (error) {
    throw fileError(error, path, A_FILE);
  }
}

async function readPart(path: string, first: number, length: number): Promise<Uint8Array> {
  try {
    await using file = await openRegular(path, A_FILE);
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, first);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    throw fileError(error, path, A_FILE);
  }
}

/** The same memory as a plain Uint8Array: Buffer's `slice` and printing differ from the web's. */
function withoutBuffer(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Node's error code, for example `ENOENT`; undefined for errors without one. */
function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

const reasons: Readonly<Record<string, { what: string; found: string; fix: string }>> = {
  ENOENT: { what: "there is nothing at this path", found: "nothing", fix: "check the spelling of the path" },
  ENOTDIR: { what: "this is not a folder", found: "a file", fix: "give the folder that holds the files" },
  EISDIR: { what: "this is not a file", found: "a folder", fix: "put the file itself in this place" },
  EACCES: { what: "reading is not permitted", found: "permission denied", fix: "change the permissions or the user" },
  EPERM: { what: "reading is not permitted", found: "permission denied", fix: "change the permissions or the user" },
};

export function fileError(error: unknown, path: string, expected: string): unknown {
  const code = errorCode(error);
  if (!(error instanceof Error) || code === undefined) return error;
  const reason = reasons[code] ?? {
    what: "reading failed",
    found: error.message,
    fix: "check the disk or the connection to it, and try again",
  };
  const fix = code === "ENOENT" ? pathAdvice(path) : reason.fix;
  return new RunError({ ...reason, where: resolve(path), expected, fix }, { cause: error });
}
