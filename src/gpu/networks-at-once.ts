/** How many networks are evaluated together: as many as keep every array of the pass within one binding. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "./context.ts";
import { WORD } from "./kernels/histogram.ts";
import { BLOCK } from "./kernels/tally.ts";
import { lanesOf } from "./packing.ts";

/** Bytes that one network adds to the largest array: parameters, activations of a block, bits with sums, or counts. */
function largestBytes(widths: Widths, samples: number): number {
  const parameters = widths.slice(1).map((outputs, layer) => 4 * outputs * lanesOf(widths[layer]!));
  const activations = widths.slice(1).map((outputs) => 4 * BLOCK * lanesOf(outputs));
  const sums = widths.slice(1, -1).map((units) => 8 * units * Math.ceil(samples / WORD));
  const counts = widths.slice(1, -1).map((units) => 4 * units * widths.at(-1)!);
  return Math.max(...parameters, ...activations, ...sums, ...counts);
}

/** At least 1; a single network that does not fit is refused where its array is allocated. */
export function networksAtOnce(gpu: GpuContext, widths: Widths, samples: number): number {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  return Math.max(1, Math.floor(most / largestBytes(widths, samples)));
}
