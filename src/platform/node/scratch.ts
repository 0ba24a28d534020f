/** Pages of bytes in a temporary file, for data that do not fit in memory. */
import { createHash } from "node:crypto";
import { closeSync, openSync, read as readCallback, unlinkSync, writeSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RunError } from "../../core/errors.ts";
import type { Digest, PageStore, Scratch } from "../../core/platform.ts";
import { sweepTemporary, temporaryName } from "./temporary.ts";

/** Bytes that wait in memory to be written, over all pages. */
const WAITING_BYTES = 128 * 2 ** 20;
/** What waits for one page: long enough that a disk is not kept seeking, and no longer than is of use. */
const [LEAST_WAITING, MOST_WAITING] = [16 * 2 ** 10, 2 ** 20];

const readAt = promisify(readCallback);

/** @param folder where the files lie; by default the system's for temporary files (TMPDIR) */
export function diskScratch(folder = tmpdir()): Scratch {
  return {
    openPages: (pageBytes) => openPages(folder, pageBytes),
    sha256: () => nodeDigest(),
  };
}

function nodeDigest(): Digest {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hexadecimal: () => hash.digest("hex") };
}

async function openPages(folder: string, pageBytes: readonly number[]): Promise<PageStore> {
  const bytes = pageBytes.reduce((sum, own) => sum + own, 0);
  await requireRoom(folder, bytes);
  sweepTemporary(folder);
  const path = join(folder, temporaryName(".pages"));
  let file: number;
  try {
    file = openSync(path, "wx+");
  } catch (error) {
    throw storeFault("the temporary file cannot be made", path, error);
  }
  // Without a name it is gone when the program ends, however it ends. Where a system does not allow that, when it is closed.
  const named = !unlinked(path);
  return new DiskPages(file, path, named, pageBytes);
}

function unlinked(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false; // a system that keeps the names of open files
  }
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  let free: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  } catch (error) {
    throw storeFault("the folder for temporary files cannot be used", folder, error);
  }
  if (bytes <= free) return;
  throw new RunError({
    what: "there is no room for data that do not fit in memory",
    where: folder,
    expected: `${Math.ceil(bytes / 1e6)} MB for temporary files`,
    found: `${Math.floor(free / 1e6)} MB`,
    fix: "set TMPDIR to a folder on a disk with more room",
  });
}

function storeFault(what: string, where: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const fix = "set TMPDIR to a folder on a disk with room that can be written to";
  return new RunError({ what, where, expected: "a temporary file", found: cause.message, fix }, { cause });
}

/** One file; page p has its bytes from `#starts[p]` on. */
class DiskPages implements PageStore {
  readonly #file: number;
  readonly #path: string;
  readonly #named: boolean;
  readonly #starts: Float64Array;
  /** Bytes of each page that are in the file. */
  readonly #written: Float64Array;
  /** [pages, #each]: bytes that are not in the file yet, and how many. */
  readonly #waiting: Uint8Array;
  readonly #held: Uint32Array;
  readonly #each: number;
  #page = new Uint8Array(0);

  constructor(file: number, path: string, named: boolean, pageBytes: readonly number[]) {
    const pages = pageBytes.length;
    this.#file = file;
    this.#path = path;
    this.#named = named;
    this.#starts = new Float64Array(pages + 1);
    for (const [page, bytes] of pageBytes.entries()) this.#starts[page + 1] = this.#starts[page]! + bytes;
    this.#written = new Float64Array(pages);
    this.#each = Math.min(MOST_WAITING, Math.max(LEAST_WAITING, Math.floor(WAITING_BYTES / pages)));
    this.#waiting = new Uint8Array(pages * this.#each);
    this.#held = new Uint32Array(pages);
  }

  append(page: number, bytes: Uint8Array): void {
    if (this.#held[page]! + bytes.length > this.#each) this.#flush(page);
    if (bytes.length > this.#each) {
      this.#write(page, bytes);
      return;
    }
    this.#waiting.set(bytes, page * this.#each + this.#held[page]!);
    this.#held[page]! += bytes.length;
  }

  async read(page: number): Promise<Uint8Array> {
    this.#flush(page);
    const bytes = this.#written[page]!;
    if (this.#page.length < bytes) this.#page = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const { bytesRead } = await readAt(this.#file, this.#page, at, bytes - at, this.#starts[page]! + at);
      if (bytesRead === 0) throw storeFault("a temporary file lost what was written", this.#path, new Error("its end"));
      at += bytesRead;
    }
    return this.#page.subarray(0, bytes);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    if (this.#named) unlinkSync(this.#path);
  }

  #flush(page: number): void {
    const held = this.#held[page]!;
    this.#held[page] = 0;
    const first = page * this.#each;
    if (held > 0) this.#write(page, this.#waiting.subarray(first, first + held));
  }

  #write(page: number, bytes: Uint8Array): void {
    const room = this.#starts[page + 1]! - this.#starts[page]! - this.#written[page]!;
    if (bytes.length > room) throw new RangeError(`page ${page} has room for ${room} bytes, got ${bytes.length}`);
    try {
      for (let at = 0; at < bytes.length; ) {
        const place = this.#starts[page]! + this.#written[page]!;
        const done = writeSync(this.#file, bytes, at, bytes.length - at, place);
        this.#written[page]! += done;
        at += done;
      }
    } catch (error) {
      throw storeFault("a temporary file cannot be written", this.#path, error);
    }
  }
}
