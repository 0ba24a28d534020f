/** shaders/tally.wgsl on the host: entry point and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { tally } from "../generated/shaders.ts";
import { SCALAR_BYTES, tallyOperations } from "./cost.ts";

/** Samples in one block; chunks begin at multiples of it. */
export const BLOCK = 64;

export type TallyRange = StructValues<(typeof tally)["structs"]["Range"]>;

export function createTallyBlocks(gpu: GpuContext) {
  return createKernel(gpu, tally, "tally_blocks", "", { dynamic: "range", cost: tallyCost });
}

export function tallyGrid(samples: number, jobs: number): Grid {
  return [Math.ceil(samples / BLOCK), jobs];
}

function tallyCost({ grid, uniform }: CostFacts<typeof tally>): Cost {
  const jobs = grid[1];
  const { count, classes } = uniform("Range");
  const written = jobs * Math.ceil(count / BLOCK) * 3; // two words of bits, and the loss
  return {
    operations: jobs * count * tallyOperations(classes),
    bytes: (jobs * count * classes + count + written) * SCALAR_BYTES,
  };
}
