/** What the walking kernels share on the host (shaders/parts/walk.wgsl): uniforms, marks in their tables, and grids. */
import type { GpuContext } from "../context.ts";
import { walkLayer } from "../generated/shaders.ts";
import type { Grid } from "../kernel.ts";
import { type StructValues, type UniformArray, uploadUniforms } from "../uniforms.ts";
import { BLOCK } from "./tally.ts";

export type WalkUniform = StructValues<(typeof walkLayer)["structs"]["Walk"]>;
export type WalkPart = StructValues<(typeof walkLayer)["structs"]["Part"]>;

/** Most classes that walk_tally and walk_product hold in registers: three quads. */
export const WALK_CLASSES = 12;
/** Most steps in a part of walk_tally and walk_product. */
export const WALK_STEPS = 8;
/** An order's entry of a neuron in another layer, and the flag of one in the layer that is walked through. */
export const NO_REMOVAL = 0xffffffff;
export const UPPER_REMOVAL = 0x80000000;
/** Evaluation of a step that a walk does not have. */
export const NO_EVALUATION = 0xffffffff;

/** The uniforms of any walking kernel: their structs are the same. */
export function uploadWalk(gpu: GpuContext, walk: WalkUniform): UniformArray<"Walk"> {
  return uploadUniforms(gpu, walkLayer, "Walk", [walk]);
}

export function uploadParts(gpu: GpuContext, parts: readonly WalkPart[]): UniformArray<"Part"> {
  return uploadUniforms(gpu, walkLayer, "Part", parts);
}

/** walk_tally and walk_product: a subgroup's lane owns a block of samples of one job; without subgroups, a workgroup does. */
export function walkGrid(gpu: GpuContext, samples: number, jobs: number): Grid {
  const blocks = Math.ceil(samples / BLOCK);
  return [gpu.subgroupLanes > 0 ? blocks : blocks * BLOCK, jobs];
}
