/** How many networks train at once: as many as keep every binding within the device's limits. */
import type { Widths } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { lanesOf } from "../gpu/packing.ts";

/** Bytes that one network adds to the largest single binding. */
function largestBindingBytes(widths: Widths, samples: number, batchSize: number): number {
  const matrices = widths.slice(1).map((outputs, layer) => outputs * lanesOf(widths[layer]!));
  const rows = widths.slice(1).map((outputs) => batchSize * lanesOf(outputs));
  return 4 * Math.max(samples, ...matrices, ...rows);
}

/** Splits `repeats` into groups that fit; the split never changes a result, since networks are independent. */
export function replicaGroups(
  gpu: GpuContext,
  repeats: readonly number[],
  widths: Widths,
  samples: number,
  batchSize: number,
): number[][] {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const size = Math.max(1, Math.floor(most / largestBindingBytes(widths, samples, batchSize)));
  const groups: number[][] = [];
  for (let first = 0; first < repeats.length; first += size) groups.push(repeats.slice(first, first + size));
  return groups;
}
