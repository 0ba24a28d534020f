/** Files of a folder on disk, as the data readers want them; what the file system refuses becomes a readable error. */
import { constants } from "node:buffer";
import { createReadStream, type Stats } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { RunError } from "../../core/errors.ts";
import type { DataFolder } from "../../core/platform.ts";
import { unpackedLimit } from "../../formats/unpacked-limit.ts";
import { decodePng } from "./png.ts";

/** 4 GiB holds 5 million images of 28 x 28, and is as much as Node 20 can keep in one buffer. */
const MAX_UNPACKED_BYTES = Math.min(2 ** 32, constants.MAX_LENGTH);

/** Of a file that is streamed. */
const PIECE_BYTES = 2 ** 20;

const gunzipAsync = promisify(gunzip);

/**
 * The files and folders in the folder at `path`. Nothing is read before it is asked for.
 * `list`, `folders`, `read` and `stream` reject with RunError; `gunzip` and `decodePng` reject with the reason alone, since
 * they know no file name.
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
    gunzip: (bytes) => unpack(bytes, unpackedLimit(bytes.length, MAX_UNPACKED_BYTES)),
    decodePng: async (bytes) => decodePng(bytes),
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
  const file = basename(path);
  return { ...folderSource(dirname(path)), label: path, list: async () => [file], folders: async () => [] };
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

/** @param folders whether the folders are wanted, or all the rest */
async function listEntries(path: string, folders: boolean): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() === folders).map((entry) => entry.name);
  } catch (error) {
    throw fileError(error, path, "a folder that can be read");
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
    return withoutBuffer(await readFile(path));
  } catch (error) {
    throw fileError(error, path, "a file that can be read");
  }
}

async function* streamBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }))
      yield withoutBuffer(piece as Buffer);
  } catch (error) {
    throw fileError(error, path, "a file that can be read");
  }
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw fileError(error, path, "a file that can be read");
  }
}

async function readPart(path: string, first: number, length: number): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, first);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    throw fileError(error, path, "a file that can be read");
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
  ERR_FS_FILE_TOO_LARGE: {
    what: "the file is too large to read",
    found: "more than 2 GiB",
    fix: "compress the file with gzip, or use fewer samples",
  },
};

export function fileError(error: unknown, path: string, expected: string): unknown {
  const code = errorCode(error);
  if (!(error instanceof Error) || code === undefined) return error;
  const reason = reasons[code] ?? {
    what: "reading failed",
    found: error.message,
    fix: "check the disk or the connection to it, and try again",
  };
  return new RunError({ ...reason, where: resolve(path), expected }, { cause: error });
}
