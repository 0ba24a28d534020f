/** shaders/popcount.wgsl on the host: entry point and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { popcount } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

/** Words whose bits an invocation counts in a round. */
export const POPCOUNTS_PER_ROUND = 16;
/** Per word: and, count, add. */
const COUNT_OPERATIONS = 3;

export function createCountBits(gpu: GpuContext) {
  return createKernel(gpu, popcount, "count_bits", "", { cost: countBitsCost });
}

export function countBitsGrid(words: number): Grid {
  return [words];
}

function countBitsCost({ grid, uniform }: CostFacts<typeof popcount>): Cost {
  const { rounds } = uniform("Span");
  return {
    operations: grid[0] * rounds * POPCOUNTS_PER_ROUND * COUNT_OPERATIONS,
    bytes: 2 * grid[0] * SCALAR_BYTES,
  };
}
