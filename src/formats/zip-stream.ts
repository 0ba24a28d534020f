/** Members of a zip archive (zip.ts) that is too large to be in memory: the directory is read, and members piece by piece. */
import { crc32 } from "./crc32.ts";
import {
  type DirectoryEntry,
  damaged,
  directory,
  directoryPlace,
  END_RECORDS_BYTES,
  Inflater,
  isHeadOf,
  isStored,
  LOCAL_BYTES,
  namesLength,
  notInside,
  readDirectory,
  requireContent,
  requireReadable,
} from "./zip.ts";

/** A file that is read here and there. */
interface ByteSource {
  readonly size: number;
  /** Bytes [first, first + length), all of them within the file. */
  read(first: number, length: number): Promise<Uint8Array>;
}

export interface StreamedMember {
  readonly name: string;
  /** Bytes when unpacked, as the archive says. */
  readonly size: number;
  /**
   * The content in order.
   * @throws RunError where it is damaged or not of that size or checksum, at the latest behind the last piece.
   */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** An archive of a million members has it. */
const MAX_DIRECTORY_BYTES = 2 ** 26;
/** Packed bytes that are read at once. */
const PIECE = 2 ** 20;

/**
 * The members of an archive, in its order.
 * @param where the file's name, for messages
 * @throws RunError where the file is no archive, or its directory does not fit it.
 */
export async function streamedMembers(source: ByteSource, where: string): Promise<StreamedMember[]> {
  const entries = await readEntries(source, where);
  return entries.map((entry) => ({
    name: entry.name,
    size: entry.size,
    pieces: () => memberPieces(source, entry, `${where}, member ${entry.name}`),
  }));
}

async function readEntries(source: ByteSource, where: string): Promise<DirectoryEntry[]> {
  const viewFrom = async (first: number) => {
    const bytes = await source.read(first, source.size - first);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  const base = Math.max(0, source.size - END_RECORDS_BYTES);
  const tail = await viewFrom(base);
  const { offset } = readDirectory(where, () => directoryPlace(tail, base));
  if (offset >= base) return readDirectory(where, () => directory(tail, base));
  if (source.size - offset > MAX_DIRECTORY_BYTES) {
    throw damaged(where, `a directory of at most ${MAX_DIRECTORY_BYTES} bytes`, `${source.size - offset} bytes`);
  }
  const whole = await viewFrom(offset);
  return readDirectory(where, () => directory(whole, offset));
}

async function* memberPieces(source: ByteSource, entry: DirectoryEntry, where: string): AsyncGenerator<Uint8Array> {
  requireReadable(entry, where);
  const packed = packedPieces(source, entry, where);
  let [length, checksum] = [0, 0];
  for await (const piece of isStored(entry) ? packed : unpacked(packed, entry, where)) {
    length += piece.length;
    checksum = crc32(piece, checksum);
    yield piece;
  }
  requireContent(entry, length, checksum, where);
}

async function* packedPieces(source: ByteSource, entry: DirectoryEntry, where: string): AsyncGenerator<Uint8Array> {
  const first = await contentStart(source, entry, where);
  for (let done = 0; done < entry.packed; done += PIECE) {
    yield await source.read(first + done, Math.min(PIECE, entry.packed - done));
  }
}

/** Where the packed bytes of a member begin. */
async function contentStart(source: ByteSource, entry: DirectoryEntry, where: string): Promise<number> {
  const { offset, packed } = entry;
  if (offset + LOCAL_BYTES > source.size) throw notInside(entry, source.size, where);
  const names = namesLength(await source.read(offset, LOCAL_BYTES));
  const first = offset + LOCAL_BYTES + names;
  if (first + packed > source.size) throw notInside(entry, source.size, where);
  if (!isHeadOf(entry, await source.read(offset, LOCAL_BYTES + names))) throw notInside(entry, source.size, where);
  return first;
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  entry: DirectoryEntry,
  where: string,
): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater(entry, where);
  for await (const piece of packed) yield* inflater.push(piece);
  inflater.end();
}
