/** The variants whose workgroup is one subgroup: their names, and the grid of their larger tiles. */
import type { GpuContext } from "../device/context.ts";
import type { Grid } from "../device/kernel.ts";

/** The name of the variant to compile: `variant` itself where the device has no subgroups that kernels are written for. */
export function variantFor<V extends string>(gpu: GpuContext, variant: V): V {
  if (gpu.subgroupLanes === 0) return variant;
  // The two variants differ in tiles only, so the type of the plain one stands for both.
  return [variant, `SUBGROUP+LANES_${gpu.subgroupLanes}`].filter(Boolean).join("+") as V;
}

/** Callers count tiles of 4 x 4; a subgroup's tile is `x` by `y` of them, and takes `lanes` invocations. */
export function tilingFor(gpu: GpuContext, x: number, y: number): (grid: Grid) => Grid {
  const lanes = gpu.subgroupLanes;
  if (lanes === 0) return (grid) => grid;
  return ([tilesX, tilesY = 1, z = 1]) => [Math.ceil(tilesX / x) * lanes, Math.ceil(tilesY / y), z];
}
