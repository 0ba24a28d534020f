/** Access to the bytes of an HDF5 file: within bounds, within a budget, and never one byte as two things. */
import type { Refuse } from "../refuse.ts";

/** Work, in reads, that no file of a network needs (its numbers are one read each array); a lying file is given up after it. */
const MOST_WORK = 2 ** 21;
/** Bytes of text that cost as much as a read. */
const TEXT_BYTES = 64;
/** Addresses with all bits set point nowhere. */
const UNDEFINED_ADDRESS = 2n ** 64n - 1n;

interface Claim {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

export class Hdf5Bytes {
  readonly refuse: Refuse;
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #claims = new Map<string, Claim>();
  #work = 0;

  constructor(bytes: Uint8Array, refuse: Refuse) {
    this.refuse = refuse;
    this.length = bytes.length;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(offset: number): number {
    return this.#view.getUint8(this.#inside(offset, 1));
  }

  u16(offset: number): number {
    return this.#view.getUint16(this.#inside(offset, 2), true);
  }

  u32(offset: number): number {
    return this.#view.getUint32(this.#inside(offset, 4), true);
  }

  /** A length or an address; what is larger than the file is refused where it is used. */
  u64(offset: number): number {
    const value = this.#view.getBigUint64(this.#inside(offset, 8), true);
    return value === UNDEFINED_ADDRESS ? Number.NaN : Number(value);
  }

  slice(offset: number, length: number): Uint8Array {
    const start = this.#inside(offset, length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Up to the first 0, or all of `length`. */
  text(offset: number, length: number): string {
    this.#spend(length / TEXT_BYTES);
    const bytes = this.slice(offset, length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** The four letters and the version with which a structure begins. */
  requireSignature(offset: number, signature: string, version: number | undefined): void {
    const found = this.text(offset, 4);
    if (found === signature && (version === undefined || this.u8(offset + 4) === version)) return;
    this.damaged(offset, `${signature}${version === undefined ? "" : ` version ${version}`}`, JSON.stringify(found));
  }

  damaged(offset: number, expected: string, found: string): never {
    return this.refuse({ what: `the HDF5 file is damaged at byte ${offset}`, expected, found });
  }

  /** Says that these bytes are this and nothing else. The same claim may be made again. */
  claim(start: number, length: number, what: string): void {
    this.#inside(start, length);
    if (length > 0) this.#claims.set(`${start} ${length} ${what}`, { start, end: start + length, what });
  }

  /** @throws RunError where two claims overlap: an address points to the wrong place. */
  requireApart(): void {
    const sorted = [...this.#claims.values()].sort((a, b) => a.start - b.start);
    for (const [index, { start, what }] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before !== undefined && before.end > start) this.damaged(start, `${before.what} alone`, `${what}, too`);
    }
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > MOST_WORK) {
      const expected = `at most ${MOST_WORK} reads`;
      this.refuse({ what: "the HDF5 file leads in circles", expected, found: "more" });
    }
  }

  #inside(offset: number, length: number): number {
    this.#spend(1);
    if (offset >= 0 && length >= 0 && offset + length <= this.length) return offset;
    return this.damaged(offset, `${length} bytes within the file's ${this.length}`, "an address outside");
  }
}
