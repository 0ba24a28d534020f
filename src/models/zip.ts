/**
 * Entries of a zip archive (PKWARE APPNOTE 6.3), as .npz and .keras are. The central directory is read here and not by
 * fflate, which inflates: fflate does not compare checksums and does not show them.
 */
import { inflateSync } from "fflate";
import { crc32 } from "../formats/crc32.ts";
import { type Refuse, reasonOf } from "./refuse.ts";

/** Weights hardly compress. What unpacks to more than this is no network, whatever it says. */
const MOST_UNPACKED_BYTES = 2 ** 30;
const FREE_BYTES = 2 ** 24;
const MOST_RATIO = 100;

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly localOffset: number;
}

export interface ZipArchive {
  readonly names: readonly string[];
  /** Unpacked bytes, their checksum compared; undefined where there is no such entry. */
  read(name: string): Uint8Array | undefined;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= END_BYTES && viewOf(bytes).getUint32(0, true) === LOCAL_SIGNATURE;
}

/** Where the end record begins: the last place from which its comment reaches the end of the file. */
function endRecord(view: DataView, refuse: Refuse): number {
  const first = Math.max(0, view.byteLength - END_BYTES - LONGEST_COMMENT);
  for (let offset = view.byteLength - END_BYTES; offset >= first; offset--) {
    const reaches = () => offset + END_BYTES + view.getUint16(offset + 20, true) === view.byteLength;
    if (view.getUint32(offset, true) === END_SIGNATURE && reaches()) return offset;
  }
  const found = `${view.byteLength} bytes without it`;
  return refuse({ what: "the zip archive is cut off", expected: "an end record", found });
}

/** Entries of the central directory, which lies right in front of the end record. */
function directory(bytes: Uint8Array, refuse: Refuse): ZipEntry[] {
  const view = viewOf(bytes);
  const end = endRecord(view, refuse);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  const entries: ZipEntry[] = [];
  let offset = start;
  while (entries.length < count && offset + ENTRY_BYTES <= end && view.getUint32(offset, true) === ENTRY_SIGNATURE) {
    const nameBytes = view.getUint16(offset + 28, true);
    const extraBytes = view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(offset + ENTRY_BYTES, offset + ENTRY_BYTES + nameBytes)),
      flags: view.getUint16(offset + 8, true),
      method: view.getUint16(offset + 10, true),
      crc: view.getUint32(offset + 16, true),
      packedBytes: view.getUint32(offset + 20, true),
      unpackedBytes: view.getUint32(offset + 24, true),
      localOffset: view.getUint32(offset + 42, true),
    });
    offset += ENTRY_BYTES + nameBytes + extraBytes;
  }
  if (offset !== end || entries.length !== count || view.getUint32(end + 12, true) !== end - start) {
    const expected = `${count} entries that end where the end record begins`;
    const found = `${entries.length} entries`;
    refuse({ what: "the directory of the zip archive is damaged", expected, found });
  }
  return entries;
}

function requireBounds(entries: readonly ZipEntry[], archiveBytes: number, refuse: Refuse): void {
  const most = Math.min(MOST_UNPACKED_BYTES, FREE_BYTES + MOST_RATIO * archiveBytes);
  const total = entries.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  if (total > most) {
    const what = "the zip archive unpacks to more than a network can be";
    refuse({ what, expected: `at most ${most} bytes`, found: `${total} bytes` });
  }
  const names = new Set(entries.map(({ name }) => name));
  if (names.size !== entries.length) {
    refuse({
      what: "the zip archive holds two entries of one name",
      expected: `${entries.length} names`,
      found: `${names.size}`,
    });
  }
}

/** The bytes of an entry as they lie in the archive. */
function packedBytes(bytes: Uint8Array, entry: ZipEntry, refuse: Refuse): Uint8Array {
  const { name, localOffset, packedBytes: length } = entry;
  const view = viewOf(bytes);
  const inside = localOffset + LOCAL_BYTES <= bytes.length;
  if (inside && view.getUint32(localOffset, true) === LOCAL_SIGNATURE) {
    const nameEnd = localOffset + LOCAL_BYTES + view.getUint16(localOffset + 26, true);
    const start = nameEnd + view.getUint16(localOffset + 28, true);
    const localName = new TextDecoder().decode(bytes.subarray(localOffset + LOCAL_BYTES, nameEnd));
    if (localName === name && start + length <= bytes.length) return bytes.subarray(start, start + length);
  }
  const expected = `${length} bytes behind a header of that name`;
  return refuse({ what: `${name} is not where the directory says`, expected, found: `byte ${localOffset}` });
}

function inflated(packed: Uint8Array, { name, unpackedBytes }: ZipEntry, refuse: Refuse): Uint8Array {
  try {
    // One byte more than is said to come, so that more is noticed.
    return inflateSync(packed, { out: new Uint8Array(unpackedBytes + 1) });
  } catch (error) {
    const expected = `${unpackedBytes} bytes`;
    return refuse({ what: `${name} cannot be unpacked`, expected, found: reasonOf(error) }, error);
  }
}

function unpacked(bytes: Uint8Array, entry: ZipEntry, refuse: Refuse): Uint8Array {
  const { name, method, flags, crc, unpackedBytes } = entry;
  if ((method !== STORED && method !== DEFLATED) || (flags & ENCRYPTED_FLAG) !== 0) {
    const found = `method ${method}${flags & ENCRYPTED_FLAG ? ", encrypted" : ""}`;
    refuse({ what: `${name} is packed in a way that is not understood`, expected: "stored or deflated", found });
  }
  const packed = packedBytes(bytes, entry, refuse);
  const content = method === STORED ? packed : inflated(packed, entry, refuse);
  if (content.length !== unpackedBytes || crc32(content) !== crc) {
    const expected = `${unpackedBytes} bytes with CRC-32 ${crc.toString(16)}`;
    const found = `${content.length} bytes with CRC-32 ${crc32(content).toString(16)}`;
    refuse({ what: `${name} is damaged`, expected, found });
  }
  return content;
}

/** @throws RunError for damage, for checksums that differ and for more bytes than a network can have. */
export function openZip(bytes: Uint8Array, refuse: Refuse): ZipArchive {
  const entries = directory(bytes, refuse);
  requireBounds(entries, bytes.length, refuse);
  return {
    names: entries.map(({ name }) => name),
    read: (name) => {
      const entry = entries.find((candidate) => candidate.name === name);
      return entry && unpacked(bytes, entry, refuse);
    },
  };
}
