/** Files that a visitor dropped or picked, as the data readers want them. Nothing is read before it is asked for. */
import { RunError } from "../../core/errors.ts";
import type { FileSource } from "../../core/platform.ts";
import { unpackedLimit } from "../../formats/unpacked-limit.ts";

/** `path` is relative to what was dropped: `results/models/repeat-000.safetensors`, or a name alone. */
export interface GivenFile {
  readonly path: string;
  readonly content: Blob;
}

/** Unpacked bytes of which a stream's content may say how long it is. */
const BEGINNING_BYTES = 2048;
/** As much as browsers keep in one buffer without fail. */
export const MAX_BYTES = 2 ** 31 - 1;

/** The folder that all files lie in, as `results/`; empty where there is none. */
export function commonFolder(paths: readonly string[]): string {
  const [first] = paths[0]!.split("/");
  const folder = `${first}/`;
  return paths.every((path) => path.startsWith(folder)) ? folder : "";
}

/**
 * A dropped folder, or some dropped files as if they lay in one.
 * @param files at least one
 */
export function givenSource(files: readonly GivenFile[]): FileSource {
  const folder = commonFolder(files.map(({ path }) => path));
  const contents = new Map(files.map(({ path, content }) => [path.slice(folder.length), content]));
  const inFolder = (below: string) => [...contents.keys()].filter((name) => name.startsWith(below));
  return {
    label: folder.slice(0, -1) || "dropped files",
    async list(below) {
      const prefix = below === undefined ? "" : `${below}/`;
      const names = inFolder(prefix).map((name) => name.slice(prefix.length));
      return names.filter((name) => !name.includes("/"));
    },
    read: (name) => readGiven(name, contents.get(name)),
    gunzip: (bytes, sizeOf) => gunzip(bytes, unpackedLimit(bytes.length, MAX_BYTES), sizeOf),
  };
}

/** @throws RunError where it was not dropped with the others */
export function givenBlob(name: string, content: Blob | undefined): Blob {
  if (content !== undefined) return content;
  throw new RunError({ what: "this file is missing", where: name, fix: "drop it with the others" });
}

/**
 * All bytes of a file.
 * @throws RunError where there is no such file, it has more than `most` bytes, or it cannot be read (any more).
 */
export async function readGiven(name: string, content: Blob | undefined, most = MAX_BYTES): Promise<Uint8Array> {
  const where = name;
  const { size } = givenBlob(name, content);
  if (size > most) {
    const found = `${size} bytes`;
    throw new RunError({ what: "the file is too large", where, expected: `at most ${most} bytes`, found });
  }
  try {
    return new Uint8Array(await content!.arrayBuffer());
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    const fix = "drop it again; it may have been changed or moved meanwhile";
    throw new RunError({ what: "the file cannot be read", where, found, fix }, { cause });
  }
}

/**
 * The content of a gzip stream.
 * @param sizeOf how many bytes the content says that it has, from its beginning; more are not unpacked
 * @throws Error where the stream is damaged, or holds more than `limit` bytes: a small hostile file must not fill the memory.
 */
export async function gunzip(
  bytes: Uint8Array,
  limit: number,
  sizeOf?: (beginning: Uint8Array) => number,
): Promise<Uint8Array> {
  // The web's type excludes shared memory, which no file is read into.
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  const chunks: Uint8Array[] = [];
  let length = 0;
  let said: number | undefined;
  const reader = stream.getReader();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    chunks.push(value!);
    length += value!.length;
    if (length >= BEGINNING_BYTES) said ??= sizeOf?.(joined(chunks, length));
    if (length <= Math.min(limit, said ?? limit)) continue;
    await reader.cancel();
    throw new Error(`it unpacks to more than ${Math.min(limit, said ?? limit)} bytes`);
  }
  return joined(chunks, length);
}

/** Pieces as one array of `length` bytes. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
