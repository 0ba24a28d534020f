/**
 * A file from the first of several mirrors that yields it whole. What has arrived is kept beside the target and resumed,
 * by the next try, mirror or run; the target itself appears only when its checksum is right. Each process writes to a
 * file of its own, so that any number of them can fetch the same one.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { RunError } from "../../core/errors.ts";
import type { PublicFile } from "../../data/digits/public-sets.ts";
import { cacheFault } from "./cache-fault.ts";
import { makeFolder } from "./make-folder.ts";
import { abandonedNames, unfinishedName } from "./unfinished-files.ts";

export interface DownloadOptions {
  /** Called with the bytes that are there, of `file.bytes`. */
  readonly onProgress?: (bytes: number) => void;
  /** A connection from which nothing comes for so long is given up. Default: 30 seconds. */
  readonly stallMs?: number;
}

const STALL_MS = 30_000;
/** Tries at one mirror, as long as each of them brings something. */
const TRIES = 5;

/** What one mirror failed with; `wrong` where what it gave cannot be gone on with. */
class MirrorFault extends Error {
  readonly wrong: boolean;
  constructor(message: string, wrong = false, options?: ErrorOptions) {
    super(message, options);
    this.wrong = wrong;
  }
}

/** Ending of what has arrived of a file. */
const PARTIAL = "part";

/**
 * Fetches `file` to `target`, unless it is there.
 * @param mirrors addresses that the file's name is appended to
 * @throws RunError that lists what each mirror failed with, or why the file cannot be written, and says what is kept.
 */
export async function download(
  file: PublicFile,
  mirrors: readonly string[],
  target: string,
  options: DownloadOptions = {},
): Promise<void> {
  const partial = unfinishedName(target, PARTIAL);
  try {
    if (await isThere(file, target)) return;
    await makeFolder(dirname(target));
    await adopt(target, partial);
    await requireRoom(target, file.bytes - (await sizeOf(partial)));
    const faults: string[] = [];
    for (const mirror of mirrors) {
      // Perhaps another process was quicker.
      if (await isThere(file, target)) return await rm(partial, { force: true });
      const fault = await fromMirror(file, new URL(file.name, mirror), partial, options);
      if (fault === undefined) return await rename(partial, target);
      faults.push(`${mirror}: ${fault}`);
    }
    throw await notFetched(file, faults, partial);
  } catch (error) {
    throw cacheFault(error, target, await keptText(file, partial));
  } finally {
    if ((await sizeOf(partial).catch(() => undefined)) === 0) await rm(partial, { force: true });
  }
}

async function isThere(file: PublicFile, target: string): Promise<boolean> {
  return (await sizeOf(target)) === file.bytes && (await sha256Of(target)) === file.sha256;
}

/** Takes over the most of what runs left that ended before they had the file, and removes the rest. */
async function adopt(target: string, partial: string): Promise<void> {
  const left: { readonly name: string; readonly bytes: number }[] = [];
  for (const name of await abandonedNames(target, PARTIAL)) left.push({ name, bytes: await sizeOf(name) });
  const [most, ...others] = left.sort((a, b) => b.bytes - a.bytes);
  // Whoever renames it first has it.
  if (most !== undefined) await rename(most.name, partial).catch(unlessGone);
  for (const { name } of others) await rm(name, { force: true });
}

function unlessGone(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

/** @throws RunError where the disk has not so many bytes */
async function requireRoom(target: string, bytes: number): Promise<void> {
  const folder = dirname(target);
  const { bavail, bsize } = await statfs(folder);
  if (bytes <= bavail * bsize) return;
  throw new RunError({
    what: "there is no room for the file",
    where: folder,
    expected: `${bytes} bytes`,
    found: `${bavail * bsize} bytes`,
    fix: "free some space, or set XDG_CACHE_HOME to a folder on another disk",
  });
}

async function notFetched(file: PublicFile, faults: readonly string[], partial: string): Promise<RunError> {
  const kept = await keptText(file, partial);
  return new RunError({
    what: "the file could not be fetched",
    where: file.name,
    expected: `${file.bytes} bytes with SHA-256 ${file.sha256}`,
    found: faults.join("\n            "),
    ...(kept === undefined ? {} : { kept }),
    fix: "check the connection and run the command again; it goes on where it stopped",
  });
}

async function keptText({ bytes }: PublicFile, partial: string): Promise<string | undefined> {
  const size = await sizeOf(partial).catch(() => 0);
  return size === 0 ? undefined : `${size} of ${bytes} bytes`;
}

/** @returns why it failed, or undefined where the whole file is in `partial` */
async function fromMirror(
  file: PublicFile,
  url: URL,
  partial: string,
  options: DownloadOptions,
): Promise<string | undefined> {
  let reason = "";
  let restarted = false;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await sizeOf(partial);
    try {
      if (before > file.bytes) throw new MirrorFault("more bytes than the file has", true);
      if (before < file.bytes) await transfer(file, url, partial, before, options);
      const sha256 = await sha256Of(partial);
      if (sha256 !== file.sha256) throw new MirrorFault(`wrong content, SHA-256 ${sha256}`, true);
      return undefined;
    } catch (error) {
      if (!(error instanceof MirrorFault)) throw error;
      reason = error.message;
      if (error.wrong) await rm(partial, { force: true });
      // Another mirror's bytes may have been wrong from the beginning, so this one is asked once for all of it.
      if (error.wrong ? before === 0 || restarted : (await sizeOf(partial)) <= before) return reason;
      restarted ||= error.wrong;
    }
  }
  return reason;
}

/** Appends to `partial` what the server sends from byte `first` on. @throws MirrorFault */
async function transfer(
  file: PublicFile,
  url: URL,
  partial: string,
  first: number,
  { onProgress, stallMs = STALL_MS }: DownloadOptions,
): Promise<void> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), stallMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), stallMs);
  };
  try {
    const response = await request(url, first, abort.signal);
    const from = rangeStart(response, first);
    await using output = await open(partial, from === 0 ? "w" : "a");
    await receive(response, file, output, from, (bytes) => {
      alive();
      onProgress?.(bytes);
    });
  } catch (error) {
    if (abort.signal.aborted) throw new MirrorFault(`nothing came for ${stallMs / 1000} s`, false, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function request(url: URL, first: number, signal: AbortSignal): Promise<Response> {
  // Not compressed once more: the bytes must be those of the file.
  const headers = { "accept-encoding": "identity", ...(first > 0 ? { range: `bytes=${first}-` } : {}) };
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    throw connectionFault(error);
  }
}

/** fetch hides the reason in the cause. */
function connectionFault(error: unknown): MirrorFault {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new MirrorFault(cause instanceof Error ? cause.message : String(cause), false, { cause: error });
}

/** First byte of what is sent: servers may ignore the range. */
function rangeStart(response: Response, first: number): number {
  if (response.status === 200) return 0;
  if (response.status === 206 && first > 0) {
    const range = response.headers.get("content-range") ?? "";
    if (range.startsWith(`bytes ${first}-`)) return first;
    throw new MirrorFault(`another range than asked for: ${range || "none"}`, true);
  }
  throw new MirrorFault(`HTTP status ${response.status}`, response.status === 416);
}

async function receive(
  response: Response,
  file: PublicFile,
  output: FileHandle,
  first: number,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let bytes = first;
  for await (const piece of piecesOf(response)) {
    bytes += piece.length;
    if (bytes > file.bytes) throw new MirrorFault(`more than the ${file.bytes} bytes of the file`, true);
    await output.writeFile(piece);
    onBytes(bytes);
  }
  if (bytes < file.bytes) throw new MirrorFault(`it broke off after ${bytes} of ${file.bytes} bytes`);
}

/** What the connection fails with is the mirror's fault; what writing fails with is not. */
async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of response.body ?? []) yield piece as Uint8Array;
  } catch (error) {
    throw connectionFault(error);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return 0;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}
