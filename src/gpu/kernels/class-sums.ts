/** shaders/class-sums.wgsl on the host: entry points and grids; that of add_sums is sumBlockGrid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { classSums } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

export function createNoteOrigins(gpu: GpuContext) {
  return createKernel(gpu, classSums, "note_origins", "", { dynamic: "chunk", cost: noteOriginsCost });
}

export function createAddSums(gpu: GpuContext) {
  return createKernel(gpu, classSums, "add_sums", "", { dynamic: "chunk", cost: addSumsCost });
}

export function noteOriginsGrid(units: number, jobs: number): Grid {
  return [units, jobs, 1];
}

/** Per activation: two subtractions, a product, two sizes, three additions. */
const SUM_OPERATIONS = 8;

function noteOriginsCost({ grid, uniform }: CostFacts<typeof classSums>): Cost {
  const { units } = uniform("Chunk");
  return { operations: 0, bytes: 2 * grid[1] * units * SCALAR_BYTES };
}

function addSumsCost({ grid, uniform }: CostFacts<typeof classSums>): Cost {
  const jobs = grid[2];
  const { count, units } = uniform("Chunk");
  return {
    operations: jobs * units * count * SUM_OPERATIONS,
    // An activation, and four sums that are read and written; every origin, and every label, once.
    bytes: (jobs * units * (9 * count + 1) + count) * SCALAR_BYTES,
  };
}
