/** Small files of every format that data come in, written without the readers' code. */

import { zipSync } from "fflate";
import { PNG } from "pngjs";

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

/** @param channels 1: grey; 3: red, green, blue; 4: with alpha */
export function png(width: number, height: number, channels: 1 | 3 | 4, pixels: ArrayLike<number>): Uint8Array {
  const picture = new PNG({ width, height });
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 4; channel++) {
      const grey = channels === 1 && channel < 3;
      const value = pixels[pixel * channels + (grey ? 0 : channel)];
      picture.data[4 * pixel + channel] = channel === 3 && channels < 4 ? 255 : value!;
    }
  }
  const colorType = ({ 1: 0, 3: 2, 4: 6 } as const)[channels];
  return new Uint8Array(PNG.sync.write(picture, { colorType }));
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
