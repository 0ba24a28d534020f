/** shaders/tally.wgsl on the host: entry point and grid. */
import type { GpuContext } from "../context.ts";
import { tally } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";
import type { StructValues } from "../uniforms.ts";

/** Samples in one block; chunks begin at multiples of it. */
export const BLOCK = 64;

export type TallyRange = StructValues<(typeof tally)["structs"]["Range"]>;

export function createTallyBlocks(gpu: GpuContext) {
  return createKernel(gpu, tally, "tally_blocks", "", { dynamic: "range" });
}

export function tallyGrid(samples: number, jobs: number): Grid {
  return [Math.ceil(samples / BLOCK), jobs];
}
