/** Runs bound kernels once, in order, in one pass. */
import type { GpuContext } from "../../src/gpu/context.ts";
import type { BoundKernel, Grid } from "../../src/gpu/kernel.ts";

export interface Work {
  readonly kernel: BoundKernel;
  readonly grid: Grid;
  /** Element of the dynamic uniform. */
  readonly step?: number;
}

export function dispatch(gpu: GpuContext, ...works: readonly Work[]): void {
  const encoder = gpu.device.createCommandEncoder({ label: "test" });
  const pass = encoder.beginComputePass({ label: "test" });
  for (const { kernel, grid, step } of works) kernel.encode(pass, grid, step);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
}
