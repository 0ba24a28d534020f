/** shaders/shuffle.wgsl on the host: entry point, grid, and the size of the permuted domain. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { shuffle } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

/** Round keys of one network and epoch. */
export const ROUNDS = 8;

export function createShuffleSamples(gpu: GpuContext) {
  return createKernel(gpu, shuffle, "shuffle_samples", "", { cost: shuffleCost });
}

/** Integer operations of a round: the hash (3 shifts, 3 exclusive ors, 2 products), key, mask, and the exchange. */
const ROUND_OPERATIONS = 12;

export function shuffleGrid(samples: number, networks: number): Grid {
  return [samples, networks];
}

/** The smallest h with 4^h >= samples, at least 1. */
export function halfBitsFor(samples: number): number {
  return Math.max(1, Math.ceil((32 - Math.clz32(samples - 1)) / 2));
}

/** Walking a cycle until it lands inside meets each of the 4^h values at most once over all positions. */
function shuffleCost({ grid, uniform }: CostFacts<typeof shuffle>): Cost {
  const networks = grid[1];
  const { samples, half_bits } = uniform("Permutation");
  return {
    operations: networks * 4 ** half_bits * ROUNDS * ROUND_OPERATIONS,
    bytes: networks * (samples + ROUNDS) * SCALAR_BYTES,
  };
}
