/** One split of a data set on the device: inputs as bytes or floats, labels, and per class the set of its samples as bits. */
import {
  type AnyDataset,
  type Dataset,
  isPaged,
  type PagedSplit,
  type Split,
  type SplitName,
} from "../core/dataset.ts";
import type { InputType } from "../core/input-type.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, write } from "../gpu/device/device-array.ts";
import { f32, u32 } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf, packPixels, packValues } from "../gpu/device/packing.ts";
import { WORD } from "../gpu/kernels/histogram.ts";
import type { DeviceInputs } from "../gpu/layers/layer-kind.ts";
import { inSpan } from "../gpu/profile/profiler.ts";

/** A split that is worked on page by page, each on the device in turn. A split that is there whole is one page. */
export interface DevicePages extends Disposable {
  /** Samples of all pages. */
  readonly count: number;
  readonly classes: number;
  /** [count] labels on the host, of all pages. */
  readonly host: Pick<Split, "labels">;
  /** Does the work on one page after the other, in order. @throws what reading a page and the work throw. */
  eachPage(work: (page: DeviceSplit) => Promise<void>): Promise<void>;
}

export interface DeviceSplit extends DevicePages {
  /** The same samples on the host. */
  readonly host: Split;
  readonly features: number;
  readonly inputs: DeviceInputs;
  /** Whether they are also what the first layer of the networks gives: it passes them on, and a pass need not compute it. */
  readonly passedOn?: boolean;
  /** [samples]. */
  readonly labels: DeviceArray<"u32", 1>;
}

/** The arrays of a split; its name is their label. */
export function splitLayout(type: InputType, samples: number, features: number) {
  const lanes = lanesOf(features);
  const labels = u32(samples);
  return type === "bytes" ? { pixels: u32(samples, lanes / 4), labels } : { values: f32(samples, lanes), labels };
}

function writtenInputs(
  gpu: GpuContext,
  arrays: DeviceInputs,
  { inputs, count }: Split,
  features: number,
): DeviceInputs {
  if ("pixels" in arrays) {
    write(gpu, arrays.pixels, packPixels(inputs as Uint8Array, count, features));
    return { pixels: arrays.pixels };
  }
  write(gpu, arrays.values, packValues(inputs as Float32Array, count, features));
  return { values: arrays.values };
}

export function uploadSplit(
  gpu: GpuContext,
  name: string,
  split: Split,
  features: number,
  classes: number,
): DeviceSplit {
  const type = split.inputs instanceof Uint8Array ? "bytes" : "floats";
  using own = new Owned(gpu);
  const arrays = own.allocate(splitLayout(type, split.count, features), name);
  const inputs = writtenInputs(gpu, arrays, split, features);
  const { labels } = arrays;
  write(gpu, labels, Uint32Array.from(split.labels));
  const kept = own.move();
  const onDevice: DeviceSplit = {
    host: split,
    count: split.count,
    features,
    classes,
    inputs,
    labels,
    eachPage: (work) => work(onDevice),
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
  return onDevice;
}

/** A split whose pages are read and put on the device when their turn comes; nothing stays there. */
function pagesOnDevice(
  gpu: GpuContext,
  name: string,
  split: PagedSplit,
  features: number,
  classes: number,
): DevicePages {
  const { count, labels, pageSamples } = split;
  return {
    host: { labels },
    count,
    classes,
    async eachPage(work) {
      for (let first = 0; first < count; first += pageSamples) {
        const end = Math.min(first + pageSamples, count);
        const inputs = await split.readPage(first / pageSamples);
        const host: Split = { count: end - first, inputs, labels: labels.subarray(first, end) };
        using page = uploadSplit(gpu, name, host, features, classes);
        await work(page);
      }
    },
    [Symbol.dispose]() {},
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

/** A split of a data set on a device: whole where it is in memory, else page by page. */
export function splitOnDevice(gpu: GpuContext, dataset: Dataset, name: SplitName): DeviceSplit;
export function splitOnDevice(gpu: GpuContext, dataset: AnyDataset, name: SplitName): DevicePages;
export function splitOnDevice(gpu: GpuContext, dataset: AnyDataset, name: SplitName): DevicePages {
  const { [name]: split, features, classes } = dataset;
  if (isPaged(split)) return pagesOnDevice(gpu, name, split, features, classes);
  return inSpan(gpu, "pack data", () => uploadSplit(gpu, name, split, features, classes));
}
