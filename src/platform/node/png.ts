/** PNG pictures to bytes. Here and not in src/data, because pngjs rests on Node's zlib. */
import { inflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { latin1Text } from "../../core/long-arrays.ts";
import type { DecodedPicture } from "../../core/platform.ts";
import { crc32 } from "../../formats/crc32.ts";

/** Pixels of the largest picture that is read: 4096 x 4096. More inputs than that no first layer has. */
const MOST_PIXELS = 2 ** 24;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Signature, and the chunk IHDR with its length and its checksum. */
const HEAD_BYTES = 33;
const GREY = 0;
const GREY_WITH_ALPHA = 4;
/** Channels of each colour type: grey, colours, palette, and the first two with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { [GREY]: 1, 2: 3, 3: 1, [GREY_WITH_ALPHA]: 2, 6: 4 };

/**
 * Decodes one picture; memory is bounded by its header, which is checked first.
 * @throws Error that says why, where the picture is damaged, too large, interlaced (the decoder would not bound what that
 * unpacks to), transparent, or has more than 8 bits a channel.
 */
export function decodePng(bytes: Uint8Array): DecodedPicture {
  const head = readHead(bytes);
  requireWholeRows(checkedData(bytes), head);
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const channels = head.colourType === GREY || head.colourType === GREY_WITH_ALPHA ? 1 : 3;
  return { width, height, channels, pixels: withoutAlpha(data, channels) };
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
  return { width, height, depth, colourType };
}

/**
 * The packed data. pngjs passes over chunks that it does not know without a look at their checksums, so that a damaged
 * name would make it return a picture of whatever was in the memory.
 */
function checkedData(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array[] = [];
  for (let at = SIGNATURE.length; ; ) {
    const end = at + 8 + (at + 8 <= bytes.length ? view.getUint32(at) : bytes.length);
    if (end + 4 > bytes.length) throw new Error("it is cut off");
    const name = latin1Text(bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) throw new Error(`its part ${name} is damaged`);
    if (name === "IDAT") data.push(bytes.subarray(at + 8, end));
    at = end + 4;
    if (name !== "IEND") continue;
    if (at !== bytes.length) throw new Error("it goes on after its end");
    return data;
  }
}

/** Rows of packed pixels, each with the number of its filter. */
function requireWholeRows(data: readonly Uint8Array[], { width, height, depth, colourType }: Head): void {
  const channels = CHANNELS[colourType];
  if (channels === undefined) throw new Error(`its colour type is ${colourType}`);
  const size = height * (1 + Math.ceil((width * channels * depth) / 8));
  const rows = inflateSync(Buffer.concat(data), { maxOutputLength: size });
  if (rows.length !== size) throw new Error(`it holds ${rows.length} of ${size} bytes`);
}

/** Red, green, blue and alpha, as pngjs gives them for every kind of picture, to what the samples hold. */
function withoutAlpha(data: Uint8Array, channels: 1 | 3): Uint8Array {
  const pixels = new Uint8Array((data.length / 4) * channels);
  for (let pixel = 0; 4 * pixel < data.length; pixel++) {
    if (data[4 * pixel + 3] !== 255) throw new Error("it has transparent pixels; put it on a background");
    for (let channel = 0; channel < channels; channel++) {
      pixels[pixel * channels + channel] = data[4 * pixel + channel]!;
    }
  }
  return pixels;
}
