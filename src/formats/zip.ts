/**
 * Members of a zip archive (PKWARE, APPNOTE.TXT sections 4.3 to 4.5), as numpy and Keras write them: stored or deflated,
 * with the 64-bit sizes of large archives. The directory at the end is read by hand, since fflate checks neither
 * checksums nor what a member claims to unpack to.
 */
import { Inflate } from "fflate";
import { RunError } from "../core/errors.ts";
import { crc32 } from "./crc32.ts";

const END = 0x06054b50;
const END_BYTES = 22;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
/** Of the head of a member, before its name. */
export const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;
const IN_EXTRA_FIELD = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** Deflate makes at most 1032 bytes of one (two bits for 258 bytes, RFC 1951). */
const MOST_EXPANSION = 1032;
/** Bytes given to the decompressor at once: so much times MOST_EXPANSION is what a member can exceed its size by. */
const PIECE = 1 << 14;
const FETCH_AGAIN = "fetch or write the file again";

/** Whether a file begins as an archive with at least one member. */
export function isZip(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length >= END_BYTES && view.getUint32(0, true) === LOCAL;
}

interface ZipMember {
  readonly name: string;
  /** Bytes when unpacked, as the archive says. */
  readonly size: number;
  /** The content. @throws RunError where it is damaged or not of that size. */
  read(): Uint8Array;
}

/** What the directory says of a member. */
export interface DirectoryEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The members of an archive, in its order; none is unpacked before it is read.
 * @param where the file's name, for messages.
 * @throws RunError where the bytes are no archive, or its directory does not fit them.
 */
export function zipMembers(archive: Uint8Array, where: string): ZipMember[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  return readDirectory(where, () => directory(view)).map((entry) => ({
    name: entry.name,
    size: entry.size,
    read: () => readMember(archive, view, entry, `${where}, member ${entry.name}`),
  }));
}

/** @throws RunError in the place of a RangeError, which `read` throws where anything lies outside the file */
export function readDirectory<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const found = error.message.includes("bounds") ? "one that points outside" : error.message;
    throw damaged(where, "a directory of different members whose places lie within the file", found, error);
  }
}

export function damaged(where: string, expected: string, found: string, cause?: unknown): RunError {
  const fault = { what: "the zip archive is damaged", where, expected, found, fix: FETCH_AGAIN };
  return new RunError(fault, { cause });
}

/**
 * @param view the end of the file, from `base` on, with the whole directory
 * @throws RangeError (of DataView, or thrown here) where anything lies outside the file
 */
export function directory(view: DataView, base = 0): DirectoryEntry[] {
  let { count, offset, end } = directoryPlace(view, base);
  const entries = new Map<string, DirectoryEntry>();
  for (; count > 0; count--) {
    const entry = directoryEntry(view, offset - base);
    if (entries.has(entry.name)) throw new RangeError(`two members named ${entry.name}`);
    entries.set(entry.name, entry);
    offset += entry.length;
  }
  if (offset !== end) throw new RangeError("entries that do not end where the end record begins");
  return [...entries.values()];
}

interface DirectoryPlace {
  readonly count: number;
  readonly offset: number;
  /** Where the record that follows the directory begins. */
  readonly end: number;
}

/** The record at the end, with the longest comment, and what 64-bit archives have in front of it. */
export const END_RECORDS_BYTES = END_BYTES + MAX_COMMENT + LOCATOR_64_BYTES + 56;

/**
 * Where the directory lies, from the record at the file's end.
 * @param view the end of the file, from `base` on, of END_RECORDS_BYTES at least, if the file has so many
 */
export function directoryPlace(view: DataView, base = 0): DirectoryPlace {
  const end = endRecord(view);
  const place = { count: view.getUint16(end + 10, true), offset: view.getUint32(end + 16, true), end: base + end };
  const locator = end - LOCATOR_64_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return place;
  const end64 = Number(view.getBigUint64(locator + 8, true));
  const at = end64 - base;
  if (view.getUint32(at, true) !== END_64) throw new RangeError("no 64-bit end record");
  return {
    count: Number(view.getBigUint64(at + 32, true)),
    offset: Number(view.getBigUint64(at + 48, true)),
    end: end64,
  };
}

function endRecord(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
    if (view.getUint32(at, true) === END && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw new RangeError("no end record");
}

function directoryEntry(view: DataView, at: number): DirectoryEntry & { readonly length: number } {
  if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new RangeError("no directory entry");
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const extra = at + DIRECTORY_ENTRY_BYTES + nameLength;
  const sizes = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size, packed, offset] = withExtraField(view, sizes, extra, extra + extraLength);
  return {
    name: textAt(view, at + DIRECTORY_ENTRY_BYTES, nameLength),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packed: packed!,
    size: size!,
    offset: offset!,
    length: DIRECTORY_ENTRY_BYTES + nameLength + extraLength + view.getUint16(at + 32, true),
  };
}

/** Puts the 64-bit values of extra field 1 in the place of those that do not fit 32 bits. */
function withExtraField(view: DataView, values: readonly number[], from: number, to: number): number[] {
  let at = from;
  while (at + 4 <= to && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  let next = at + 4;
  return values.map((value) => {
    if (value !== IN_EXTRA_FIELD) return value;
    if (next + 8 > to) throw new RangeError("no 64-bit size");
    next += 8;
    return Number(view.getBigUint64(next - 8, true));
  });
}

function textAt(view: DataView, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
}

function readMember(archive: Uint8Array, view: DataView, entry: DirectoryEntry, where: string): Uint8Array {
  const packed = packedBytes(archive, view, entry, where);
  requireReadable(entry, where);
  const content = isStored(entry) ? packed : joined(inflated(packed, entry, where), entry.size);
  requireContent(entry, content.length, crc32(content), where);
  return content;
}

export function isStored({ method }: DirectoryEntry): boolean {
  return method === STORED;
}

/** @throws RunError where the member is encrypted, or compressed in another way */
export function requireReadable({ flags, method, packed, size }: DirectoryEntry, where: string): void {
  const encrypted = (flags & ENCRYPTED) !== 0;
  if (encrypted || (method !== STORED && method !== DEFLATED)) {
    const found = encrypted ? "an encrypted member" : `compression method ${method}`;
    const fix = "write the archive again with one of these";
    throw new RunError({ what: "the member cannot be unpacked", where, expected: "stored or deflated", found, fix });
  }
  if (method === DEFLATED && size > MOST_EXPANSION * packed) {
    throw damaged(where, `at most ${MOST_EXPANSION} bytes for each of ${packed}`, `${size} bytes announced`);
  }
}

/** @throws RunError where a member's content has another length or checksum than the directory says */
export function requireContent(entry: DirectoryEntry, length: number, checksum: number, where: string): void {
  if (length !== entry.size) throw damaged(where, `${entry.size} bytes, as its directory says`, `${length} bytes`);
  if (checksum === entry.checksum) return;
  const hex = (value: number) => value.toString(16).padStart(8, "0");
  throw damaged(where, `checksum ${hex(entry.checksum)}`, hex(checksum));
}

function packedBytes(archive: Uint8Array, view: DataView, entry: DirectoryEntry, where: string): Uint8Array {
  const { offset, packed } = entry;
  if (offset + LOCAL_BYTES <= archive.length && view.getUint32(offset, true) === LOCAL) {
    const head = archive.subarray(offset, offset + LOCAL_BYTES);
    const first = offset + LOCAL_BYTES + namesLength(head);
    const inside = first + packed <= archive.length;
    if (inside && isHeadOf(entry, archive.subarray(offset, first))) return archive.subarray(first, first + packed);
  }
  throw notInside(entry, archive.length, where);
}

/** Bytes of name and extra field behind the head of a member, from its first LOCAL_BYTES. */
export function namesLength(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint16(26, true) + view.getUint16(28, true);
}

/** Whether a member begins so. @param head with its name */
export function isHeadOf({ name }: DirectoryEntry, head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0, true) === LOCAL && textAt(view, LOCAL_BYTES, view.getUint16(26, true)) === name;
}

export function notInside({ packed, offset }: DirectoryEntry, bytes: number, where: string): RunError {
  return damaged(where, "a member of that name within the file", `${packed} bytes from ${offset} of ${bytes}`);
}

function joined(pieces: Iterable<Uint8Array>, size: number): Uint8Array {
  const content = new Uint8Array(size);
  let filled = 0;
  for (const piece of pieces) {
    content.set(piece, filled);
    filled += piece.length;
  }
  return content.subarray(0, filled);
}

function* inflated(packed: Uint8Array, entry: DirectoryEntry, where: string): Generator<Uint8Array> {
  const inflater = new Inflater(entry, where);
  yield* inflater.push(packed);
  inflater.end();
}

/** Unpacks a deflated member piece by piece, so that one that goes on beyond its size is given up soon after. */
export class Inflater {
  readonly #entry: DirectoryEntry;
  readonly #where: string;
  readonly #inflate: Inflate;
  #ready: Uint8Array[] = [];
  #filled = 0;
  #pushed = 0;
  #ended = false;

  constructor(entry: DirectoryEntry, where: string) {
    this.#entry = entry;
    this.#where = where;
    this.#inflate = new Inflate((piece, final) => {
      this.#ready.push(piece);
      this.#ended ||= final;
    });
  }

  /** What the bytes unpack to. @throws RunError where they are damaged, or more than the directory says */
  *push(packed: Uint8Array): Generator<Uint8Array> {
    const { packed: total, size } = this.#entry;
    for (let at = 0; at < packed.length; at += PIECE) {
      const piece = packed.subarray(at, at + PIECE);
      this.#pushed += piece.length;
      try {
        this.#inflate.push(piece, this.#pushed === total);
      } catch (error) {
        throw damaged(this.#where, "a deflated stream", error instanceof Error ? error.message : String(error), error);
      }
      const ready = this.#ready;
      this.#ready = [];
      for (const unpacked of ready) {
        this.#filled += unpacked.length;
        if (this.#filled > size) throw damaged(this.#where, `${size} bytes, as its directory says`, "more than that");
        yield unpacked;
      }
    }
  }

  end(): void {
    if (!this.#ended) throw damaged(this.#where, "a deflated stream with its end", "one that is cut off");
  }
}
