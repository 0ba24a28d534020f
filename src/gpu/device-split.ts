/** One split of a data set on the device: pixels as bytes, labels, and per class the set of its samples as bits. */
import type { Split } from "../core/dataset.ts";
import type { GpuContext } from "./context.ts";
import { type DeviceArray, upload } from "./device-array.ts";
import { WORD } from "./kernels/histogram.ts";
import { lanesOf, packPixels } from "./packing.ts";
import { type PlannedArray, scalarArray } from "./plan-basis.ts";

export interface DeviceSplit {
  /** The same samples on the host. */
  readonly host: Split;
  readonly count: number;
  readonly features: number;
  readonly classes: number;
  /** [samples, words]: homogeneous rows of bytes. */
  readonly pixels: DeviceArray<"u32", 2>;
  /** [samples]. */
  readonly labels: DeviceArray<"u32", 1>;
  [Symbol.dispose](): void;
}

/** The arrays of a split. */
export function splitArrays(name: string, samples: number, features: number): PlannedArray[] {
  return [scalarArray(`${name} pixels`, samples, lanesOf(features) / 4), scalarArray(`${name} labels`, samples)];
}

export function uploadSplit(
  gpu: GpuContext,
  name: string,
  split: Split,
  features: number,
  classes: number,
): DeviceSplit {
  const words = lanesOf(features) / 4;
  const packed = packPixels(split.pixels, split.count, features);
  const pixels = upload(gpu, `${name} pixels`, "u32", [split.count, words], packed);
  const labels = upload(gpu, `${name} labels`, "u32", [split.count], Uint32Array.from(split.labels));
  return {
    host: split,
    count: split.count,
    features,
    classes,
    pixels,
    labels,
    [Symbol.dispose]() {
      pixels.destroy();
      labels.destroy();
    },
  };
}

/** [classes, words]: bit b of word w of class c is 1 where sample 32 w + b is of class c. */
export function classBits(labels: ArrayLike<number>, classes: number): Uint32Array {
  const words = Math.ceil(labels.length / WORD);
  const bits = new Uint32Array(classes * words);
  for (let sample = 0; sample < labels.length; sample++) {
    const word = labels[sample]! * words + Math.floor(sample / WORD);
    bits[word] = (bits[word]! | (1 << (sample % WORD))) >>> 0;
  }
  return bits;
}
