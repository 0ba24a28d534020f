/** shaders/stream.wgsl on the host: entry point and grid. */
import type { GpuContext } from "../context.ts";
import { stream } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";

/** What the triad multiplies by. */
export const STREAM_SCALE = 3;

export function createTriad(gpu: GpuContext) {
  return createKernel(gpu, stream, "triad", "", { overrides: { SCALE: STREAM_SCALE } });
}

export function triadGrid(quads: number): Grid {
  return [quads];
}
