/**
 * PNG pictures (https://www.w3.org/TR/png-3/) to bytes. fast-png undoes the filters and reads palettes, but it bounds
 * nothing: it unpacks whatever the file holds, colour profiles included, and believes the last of several headers. So the
 * parts are read here first, and it is given what makes the pixels alone, unpacked and found to be whole.
 */
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { Unzlib, unzlibSync, zlibSync } from "fflate";
import { latin1Text } from "../../core/long-arrays.ts";
import { crc32 } from "../../formats/crc32.ts";

/** A decoded picture. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  /** 1: grey. 3: red, green, blue. */
  readonly channels: 1 | 3;
  /** [height, width, channels]. */
  readonly pixels: Uint8Array;
}

/** Pixels of the largest picture that is read: 4096 x 4096. More inputs than that no first layer has. */
const MOST_PIXELS = 2 ** 24;
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Signature, and the part IHDR with its length and its checksum. */
const HEAD_BYTES = 33;
const [GREY, PALETTE] = [0, 3];
/** What each colour type stores of a pixel, with how many bits each; without those of 16 bits. */
const COLOUR_TYPES: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  [GREY]: { samples: 1, depths: [1, 2, 4, 8] },
  2: { samples: 3, depths: [8] },
  [PALETTE]: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8] }, // grey, alpha
  6: { samples: 4, depths: [8] }, // red, green, blue, alpha
};
/** Parts that the pixels are made from; others may be passed over where their name begins with a small letter. */
const USED = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** Packed bytes that are unpacked in one go, and in pieces: to at most 1032 times as many, before they are too many. */
const [AT_ONCE, PIECE] = [2 ** 16, 2 ** 14];

/**
 * Decodes one picture; memory is bounded by its header, which is checked first.
 * @throws Error that says why, where the picture is damaged, too large, interlaced, transparent, or has more than 8 bits a
 * channel.
 */
export function decodePng(bytes: Uint8Array): DecodedPicture {
  const head = readHead(bytes);
  const parts = readParts(bytes);
  const rows = wholeRows(parts, head);
  const used = parts.filter(({ name }) => head.colourType === PALETTE && (name === "PLTE" || name === "tRNS"));
  // Stored, not packed: it would unpack them once more, which takes most of the time that a small picture does.
  const data = partOf("IDAT", zlibSync(rows, { level: 0 }));
  const whole = [SIGNATURE, parts[0]!.whole, ...used.map((part) => part.whole), data, partOf("IEND", new Uint8Array())];
  const decoded = decode(joined(whole));
  const { width, height, colourType } = head;
  const channels = colourType === GREY || colourType === 4 ? 1 : 3;
  const samples = samplesOf(decoded, head);
  const colour = parts.find(({ name }) => name === "tRNS");
  if (colour !== undefined && colourType !== PALETTE) requireNone(samples, colour.content, head);
  return { width, height, channels, pixels: withoutAlpha(samples, channels) };
}

interface Head {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
}

function readHead(bytes: Uint8Array): Head {
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) throw new Error("it is not a PNG file");
  if (bytes.length < HEAD_BYTES) throw new Error("its header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    throw new Error(`its header says ${width} x ${height} pixels, 1 to ${MOST_PIXELS} in all are possible`);
  }
  const [depth, colourType, interlace] = [bytes[24]!, bytes[25]!, bytes[28]!];
  if (depth > 8) throw new Error(`it has ${depth} bits a channel, at most 8 are possible`);
  if (interlace !== 0) throw new Error("it is interlaced; save it without");
  if (COLOUR_TYPES[colourType] === undefined) throw new Error(`its colour type is ${colourType}`);
  if (!COLOUR_TYPES[colourType].depths.includes(depth)) {
    throw new Error(`its header says ${depth} bits a channel with colour type ${colourType}, which no picture has`);
  }
  return { width, height, depth, colourType };
}

/** A part of the file. */
interface Part {
  readonly name: string;
  /** With length, name and checksum. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

/** The parts that pixels are made from, of a file in which every part's checksum is right. */
function readParts(bytes: Uint8Array): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Part[] = [];
  let before = "";
  for (let at = SIGNATURE.length; before !== "IEND"; ) {
    const end = at + 8 + (at + 8 <= bytes.length ? view.getUint32(at) : bytes.length);
    if (end + 4 > bytes.length) throw new Error("it is cut off");
    const name = latin1Text(bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) throw new Error(`its part ${name} is damaged`);
    requirePlace(name, before, parts);
    if (USED.includes(name))
      parts.push({ name, whole: bytes.subarray(at, end + 4), content: bytes.subarray(at + 8, end) });
    before = name;
    at = end + 4;
    if (name === "IEND" && at !== bytes.length) throw new Error("it goes on after its end");
  }
  return parts;
}

/** @throws Error where a part may not follow the ones before, or must be understood and is not */
function requirePlace(name: string, before: string, parts: readonly Part[]): void {
  if ((name === "IHDR") !== (before === "")) throw new Error("its header is not its first part, and that alone");
  if (!USED.includes(name) && !/^[a-z]/.test(name)) throw new Error(`its part ${name} is of an unknown kind`);
  const repeated = parts.some((part) => part.name === name);
  if (USED.includes(name) && repeated && (name !== "IDAT" || before !== "IDAT")) {
    throw new Error(`its part ${name} comes again`);
  }
}

/** A part without a checksum, which fast-png does not compare. */
function partOf(name: string, content: Uint8Array): Uint8Array {
  const part = new Uint8Array(12 + content.length);
  new DataView(part.buffer).setUint32(0, content.length);
  part.set(new TextEncoder().encode(name), 4);
  part.set(content, 8);
  return part;
}

/** The data, unpacked: one row of pixels after another, each with the number of its filter before it. */
function wholeRows(parts: readonly Part[], { width, height, depth, colourType }: Head): Uint8Array {
  const size = height * (1 + Math.ceil((width * COLOUR_TYPES[colourType]!.samples * depth) / 8));
  const packed = joined(parts.filter(({ name }) => name === "IDAT").map(({ content }) => content));
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const piece of unpackedRows(packed, size)) {
    pieces.push(piece);
    length += piece.length;
    if (length > size) throw new Error(`it holds more than ${size} bytes`);
  }
  if (length !== size) throw new Error(`it holds ${length} of ${size} bytes`);
  const rows = joined(pieces);
  const stored = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4);
  if (adler32(rows) !== stored) throw new Error("the checksum of its pixels is wrong");
  return rows;
}

/** What packed rows unpack to, in pieces, at least to one byte more than `size` where they hold more. */
function* unpackedRows(packed: Uint8Array, size: number): Generator<Uint8Array> {
  if (packed.length <= AT_ONCE) {
    // Most pictures: a tenth of the time that pieces take. What does not fit is dropped.
    if (packed.length > 0) yield unzlibSync(packed, { out: new Uint8Array(size + 1) });
    return;
  }
  const ready: Uint8Array[] = [];
  const inflater = new Unzlib((rows) => ready.push(rows));
  for (let at = 0; at < packed.length; at += PIECE) {
    inflater.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    yield* ready.splice(0);
  }
}

/** The checksum of zlib streams (RFC 1950 section 8.2), which fflate does not compare. */
function adler32(bytes: Uint8Array): number {
  let [sum, sums] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    // So many steps keep both sums below 2^32.
    for (const end = Math.min(at + 5552, bytes.length); at < end; at++) {
      sum += bytes[at]!;
      sums += sum;
    }
    [sum, sums] = [sum % 65_521, sums % 65_521];
  }
  return ((sums << 16) | sum) >>> 0;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Pixels of 1 to 4 bytes: grey, grey and alpha, colours, colours and alpha. */
interface Samples {
  readonly values: Uint8Array;
  readonly each: number;
}

function samplesOf(decoded: DecodedPng, { depth, colourType }: Head): Samples {
  const { palette, width } = decoded;
  if (colourType === PALETTE) {
    if (palette?.[0] === undefined) throw new Error("its palette is missing");
    return { values: convertIndexedToRgb(decoded), each: palette[0].length };
  }
  const { samples: each } = COLOUR_TYPES[colourType]!;
  const stored = decoded.data as Uint8Array; // 16 bits a channel were refused
  return { values: depth === 8 ? stored : unpackedBits(stored, depth, width), each };
}

/** Values of fewer than 8 bits, rows of whole bytes, to bytes from 0 to 255. */
function unpackedBits(rows: Uint8Array, depth: number, width: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const white = 2 ** depth - 1;
  const values = new Uint8Array((rows.length / rowBytes) * width);
  for (let at = 0; at < values.length; at++) {
    const column = at % width;
    const byte = rows[Math.floor(at / width) * rowBytes + Math.floor((column * depth) / 8)]!;
    values[at] = ((byte >> (8 - depth - ((column * depth) % 8))) & white) * (255 / white);
  }
  return values;
}

/**
 * @param declared the transparent colour: a value of 16 bits a channel, in as many steps as the picture has
 * @throws Error where a pixel has that colour
 */
function requireNone({ values, each }: Samples, declared: Uint8Array, { depth }: Head): void {
  const view = new DataView(declared.buffer, declared.byteOffset, declared.byteLength);
  if (declared.length !== 2 * each)
    throw new Error(`its transparent colour has ${declared.length} of ${2 * each} bytes`);
  const scale = 255 / (2 ** depth - 1);
  const colour = Array.from({ length: each }, (_, channel) => view.getUint16(2 * channel));
  for (let at = 0; at < values.length; at += each) {
    if (colour.every((value, channel) => values[at + channel] === value * scale)) throw transparent();
  }
}

function transparent(): Error {
  return new Error("it has transparent pixels; put it on a background");
}

function withoutAlpha({ values, each }: Samples, channels: 1 | 3): Uint8Array {
  if (each === channels) return values;
  const pixels = new Uint8Array((values.length / each) * channels);
  for (let pixel = 0; pixel * each < values.length; pixel++) {
    if (values[pixel * each + channels] !== 255) throw transparent();
    for (let channel = 0; channel < channels; channel++) {
      pixels[pixel * channels + channel] = values[pixel * each + channel]!;
    }
  }
  return pixels;
}
