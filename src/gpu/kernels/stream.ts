/** shaders/stream.wgsl on the host: entry point and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { stream } from "../generated/shaders.ts";
import { QUAD, QUAD_BYTES } from "./cost.ts";

/** What the triad multiplies by. */
export const STREAM_SCALE = 3;

export function createTriad(gpu: GpuContext) {
  return createKernel(gpu, stream, "triad", "", { overrides: { SCALE: STREAM_SCALE }, cost: triadCost });
}

export function triadGrid(quads: number): Grid {
  return [quads];
}

/** A multiply-add a float; two arrays are read and one is written. */
function triadCost({ grid }: CostFacts<typeof stream>): Cost {
  return { operations: 2 * grid[0] * QUAD, bytes: 3 * grid[0] * QUAD_BYTES };
}
