/** shaders/class-sums.wgsl on the host: entry points and grids. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { classSums } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

/** Samples of a float32 sum. */
export const SUM_BLOCK = 1024;

export type ClassSumsChunk = StructValues<(typeof classSums)["structs"]["Chunk"]>;

export function createNoteOrigins(gpu: GpuContext) {
  return createKernel(gpu, classSums, "note_origins", "", { dynamic: "chunk", cost: noteOriginsCost });
}

export function createAddSums(gpu: GpuContext) {
  return createKernel(gpu, classSums, "add_sums", "", { dynamic: "chunk", cost: addSumsCost });
}

export function noteOriginsGrid(units: number, jobs: number): Grid {
  return [units, jobs, 1];
}

/** Blocks that samples [first, first + count) touch, counted from the start of a block. */
export function addSumsGrid(
  units: number,
  { first, count, offset }: Pick<ClassSumsChunk, "first" | "count" | "offset">,
  jobs: number,
): Grid {
  const before = offset + first;
  const blocks = Math.ceil((before + count) / SUM_BLOCK) - Math.floor(before / SUM_BLOCK);
  return [units, blocks, jobs];
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
