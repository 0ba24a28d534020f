/** A split that comes in pages, as one that is read from a disk does. */
import type { Split } from "../../src/core/dataset.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { type DevicePages, uploadSplit } from "../../src/passes/device-split.ts";

/** The split in pages of so many samples. */
export function inPages(gpu: GpuContext, split: Split, classes: number, pageSamples: number): DevicePages {
  const { count, inputs, labels } = split;
  const features = inputs.length / count;
  return {
    host: { labels },
    count,
    classes,
    async eachPage(work) {
      for (let first = 0; first < count; first += pageSamples) {
        const end = Math.min(count, first + pageSamples);
        const own = { count: end - first, labels: labels.subarray(first, end) };
        const page = { ...own, inputs: inputs.subarray(first * features, end * features) };
        using onDevice = uploadSplit(gpu, "page", page, features, classes);
        await work(onDevice);
      }
    },
    [Symbol.dispose]() {},
  };
}
