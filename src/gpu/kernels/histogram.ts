/** shaders/histogram.wgsl on the host: entry points and grids. */
import { type ActivationLike, fullActivation, quantizationThresholds } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { histogram } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

/** Samples in one word of bits. */
export const WORD = 32;

export type HistogramChunk = StructValues<(typeof histogram)["structs"]["Chunk"]>;

/** @param threshold theta of the bit */
export function createPackBits(
  gpu: GpuContext,
  activation: ActivationLike,
  threshold: number = quantizationThresholds[fullActivation(activation).kind],
) {
  const overrides = { THRESHOLD: threshold };
  return createKernel(gpu, histogram, "pack_bits", "", { overrides, dynamic: "chunk", cost: packBitsCost });
}

export function createCountOnes(gpu: GpuContext) {
  return createKernel(gpu, histogram, "count_ones", "", { dynamic: "chunk", cost: countOnesCost });
}

export function packBitsGrid(units: number, samples: number, jobs: number): Grid {
  return [units, Math.ceil(samples / WORD), jobs];
}

export function countOnesGrid(classes: number, units: number, jobs: number): Grid {
  return [classes, units, jobs];
}

/** Per activation: a comparison, a shift, an or, a subtraction and an addition. */
const PACK_OPERATIONS = 5;
/** Per pair of words: and, count, add. */
const COUNT_OPERATIONS = 3;

function packBitsCost({ grid, uniform }: CostFacts<typeof histogram>): Cost {
  const jobs = grid[2];
  const { count, units } = uniform("Chunk");
  const written = Math.ceil(count / WORD) * 3; // a word of bits; pivot and deviation
  return {
    operations: jobs * units * count * PACK_OPERATIONS,
    bytes: jobs * units * (count + written) * SCALAR_BYTES,
  };
}

function countOnesCost({ grid, uniform }: CostFacts<typeof histogram>): Cost {
  const jobs = grid[2];
  const { units, words, classes } = uniform("Chunk");
  return {
    operations: jobs * units * classes * words * COUNT_OPERATIONS,
    bytes: (jobs * units * (words + classes) + classes * words) * SCALAR_BYTES,
  };
}
