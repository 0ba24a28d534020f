/** Runs bound kernels once, in order, in one pass. */
import type { GpuContext } from "../../src/gpu/device/context.ts";
import type { BoundKernel, Grid } from "../../src/gpu/device/kernel.ts";
import { submit } from "../../src/gpu/device/recorder.ts";

export interface Work {
  readonly kernel: BoundKernel;
  readonly grid: Grid;
  /** Element of the dynamic uniform. */
  readonly step?: number;
}

export function dispatch(gpu: GpuContext, ...works: readonly Work[]): void {
  submit(gpu, "test", (to) => {
    for (const { kernel, grid, step } of works) kernel.encode(to, grid, step);
  });
}
