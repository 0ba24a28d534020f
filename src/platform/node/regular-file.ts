/**
 * The one place where files are opened that a user names: regular files alone, and no more of them than they had bytes when
 * they were opened. A pipe may never give a byte, a device never end.
 */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RunError } from "../../core/errors.ts";

/** What Node reads into one array. */
export const MOST_FILE_BYTES = 2 ** 31 - 1;

function kindOf(found: Stats): string {
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return found.isDirectory() ? "a folder" : "a device";
}

/** @throws RunError for a pipe, a socket or a device. */
export function requireRegular(found: Stats, path: string, expected: string): void {
  if (found.isFile()) return;
  throw new RunError({
    what: "this is not a file",
    where: resolve(path),
    expected,
    found: kindOf(found),
    fix: found.isDirectory()
      ? "put the file itself in this place"
      : "write what it gives to a file first, and give that file's path",
  });
}

/**
 * Opens a regular file to read.
 * @throws RunError for anything else, before it is opened; else what the file system says.
 */
export async function openRegular(path: string, expected: string): Promise<FileHandle> {
  requireRegular(await stat(path), path, expected);
  // Should the file become a pipe meanwhile, opening it does not wait for a writer.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    requireRegular(await file.stat(), path, expected);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * All bytes of a regular file.
 * @param most bytes that it may have
 * @throws RunError where it is anything else or larger; else what the file system says.
 */
export async function readRegular(path: string, expected: string, most = MOST_FILE_BYTES): Promise<Uint8Array> {
  await using file = await openRegular(path, expected);
  const { size } = await file.stat();
  if (size > Math.min(most, MOST_FILE_BYTES)) throw tooLarge(path, size, Math.min(most, MOST_FILE_BYTES));
  const bytes = new Uint8Array(size);
  let end = 0;
  while (end < size) {
    const { bytesRead } = await file.read(bytes, end, size - end, end);
    if (bytesRead === 0) return bytes.subarray(0, end);
    end += bytesRead;
  }
  return bytes;
}

function tooLarge(path: string, size: number, most: number): RunError {
  return new RunError({
    what: "the file is too large to read",
    where: resolve(path),
    expected: most === MOST_FILE_BYTES ? "less than 2 GiB" : `at most ${most} bytes`,
    found: `${size} bytes`,
    fix:
      most === MOST_FILE_BYTES
        ? "compress the file with gzip, or use fewer samples"
        : "check that this is the file that is meant",
  });
}
