/** Small files of every format that data come in, written without the readers' code. */

import { deflateSync } from "node:zlib";
import { zipSync } from "fflate";
import { crc32 } from "../../src/formats/crc32.ts";

type Shape = readonly number[];
const typeNames: readonly (readonly [new (length: number) => ArrayBufferView, string])[] = [
  [Uint8Array, "|u1"],
  [Int8Array, "|i1"],
  [Uint16Array, "<u2"],
  [Int16Array, "<i2"],
  [Uint32Array, "<u4"],
  [Int32Array, "<i4"],
  [BigUint64Array, "<u8"],
  [BigInt64Array, "<i8"],
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
];

/** An NPY file of version 1.0, as numpy writes it. */
export function npy(
  values: ArrayBufferView,
  shape: Shape,
  changes: { descr?: string; fortran?: boolean } = {},
): Uint8Array {
  const descr = changes.descr ?? typeNames.find(([type]) => values instanceof type)![1];
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = changes.fortran === true ? "True" : "False";
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sizes}), }`;
  const header = `${dictionary.padEnd(64 * Math.ceil((dictionary.length + 11) / 64) - 11)}\n`;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const length = Uint8Array.of(header.length & 255, header.length >> 8);
  const magic = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0);
  return Uint8Array.from([...magic, ...length, ...new TextEncoder().encode(header), ...bytes]);
}

/** @param stored without compression, as numpy.savez; else as numpy.savez_compressed */
export function npz(arrays: Readonly<Record<string, Uint8Array>>, stored = false): Uint8Array {
  const members = Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes] as const);
  return zipSync(Object.fromEntries(members), { level: stored ? 0 : 6 });
}

/** A part of a PNG file, with its length and its checksum. */
export function pngPart(name: string, content: Uint8Array): Uint8Array {
  const part = Buffer.alloc(12 + content.length);
  part.writeUInt32BE(content.length);
  part.write(name, 4, "latin1");
  part.set(content, 8);
  part.writeUInt32BE(crc32(part.subarray(4, -4)), part.length - 4);
  return part;
}

/** What the header of a PNG file says, and its data: rows of bytes, each behind the number of its filter. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly rows: Uint8Array;
  /** Parts between the header and the data. */
  readonly between?: readonly Uint8Array[];
}

/** A PNG file of any kind, whole. */
export function pngFile({ width, height, depth, colourType, rows, between = [] }: PngParts): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([depth, colourType], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const data = pngPart("IDAT", deflateSync(rows));
  const parts = [signature, pngPart("IHDR", head), ...between, data, pngPart("IEND", new Uint8Array())];
  return new Uint8Array(Buffer.concat(parts));
}

/** @param channels 1: grey; 3: red, green, blue; 4: with alpha */
export function png(width: number, height: number, channels: 1 | 3 | 4, pixels: ArrayLike<number>): Uint8Array {
  const rowBytes = width * channels;
  const rows = new Uint8Array(height * (1 + rowBytes));
  for (let at = 0; at < height * rowBytes; at++) rows[at + Math.floor(at / rowBytes) + 1] = pixels[at]!;
  return pngFile({ width, height, depth: 8, colourType: ({ 1: 0, 3: 2, 4: 6 } as const)[channels], rows });
}

/** Records of CIFAR-10: label, then 3072 bytes made from it and the record's number. */
export function cifarBatch(labels: readonly number[]): Uint8Array {
  return Uint8Array.from(
    labels.flatMap((label, record) => [
      label,
      ...Array.from({ length: 3072 }, (_, at) => (at + 17 * record + label) % 256),
    ]),
  );
}
