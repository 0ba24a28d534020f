/** What kernels that add up samples in blocks share on the host (shaders/parts/sum-block.wgsl): their chunks and their grid. */
import type { Grid } from "../device/kernel.ts";
import type { StructValues } from "../device/uniforms.ts";
import type { gradientSums } from "../generated/shaders.ts";

/** Samples of a float32 sum. */
export const SUM_BLOCK = 1024;

/** The struct is the same in all of them. */
export type SumChunk = StructValues<(typeof gradientSums)["structs"]["Chunk"]>;

/** Blocks that samples are in, of which the first may have been begun by the page before. */
export function sumBlocks(begun: number, samples: number): number {
  return Math.ceil((begun + samples) / SUM_BLOCK);
}

/** Blocks that samples [first, first + count) touch, counted from the start of a block. */
export function sumBlockGrid({ units, first, count, offset }: SumChunk, jobs: number): Grid {
  const before = offset + first;
  return [units, Math.ceil((before + count) / SUM_BLOCK) - Math.floor(before / SUM_BLOCK), jobs];
}
