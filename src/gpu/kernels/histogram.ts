/** shaders/histogram.wgsl on the host: entry points and grids. */
import { type Activation, quantizationThresholds } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { histogram } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";
import type { StructValues } from "../uniforms.ts";

/** Samples in one word of bits. */
export const WORD = 32;

export type HistogramChunk = StructValues<(typeof histogram)["structs"]["Chunk"]>;

export function createPackBits(gpu: GpuContext, activation: Activation) {
  const overrides = { THRESHOLD: quantizationThresholds[activation] };
  return createKernel(gpu, histogram, "pack_bits", "", { overrides, dynamic: "chunk" });
}

export function createCountOnes(gpu: GpuContext) {
  return createKernel(gpu, histogram, "count_ones", "", { dynamic: "chunk" });
}

export function packBitsGrid(units: number, samples: number, jobs: number): Grid {
  return [units, Math.ceil(samples / WORD), jobs];
}

export function countOnesGrid(classes: number, units: number, jobs: number): Grid {
  return [classes, units, jobs];
}
