/** shaders/shuffle.wgsl on the host: entry point, grid, and the size of the permuted domain. */
import type { GpuContext } from "../context.ts";
import { shuffle } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";

/** Round keys of one network and epoch. */
export const ROUNDS = 8;

export function createShuffleSamples(gpu: GpuContext) {
  return createKernel(gpu, shuffle, "shuffle_samples", "");
}

export function shuffleGrid(samples: number, networks: number): Grid {
  return [samples, networks];
}

/** The smallest h with 4^h >= samples, at least 1. */
export function halfBitsFor(samples: number): number {
  return Math.max(1, Math.ceil(Math.ceil(Math.log2(samples)) / 2));
}
