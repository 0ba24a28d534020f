/** Which form of a product's kernel is compiled, and its grid: callers count tiles of 4 x 4 whatever the form. */
import type { Product } from "../../core/tiles.ts";
import type { GpuContext } from "../device/context.ts";
import type { Grid } from "../device/kernel.ts";
import * as subgroup from "./subgroup.ts";

/** A workgroup of the SHARED form: its invocations, and the side of its tile in tiles of 4 x 4. */
const SHARED_INVOCATIONS = 256;
const SHARED_SIDE = 8;

/** The name of the variant to compile. The forms differ in tiles only, so the type of the plain one stands for all. */
export function variantFor<V extends string>(gpu: GpuContext, product: Product, variant: V): V {
  const form = gpu.tiles[product];
  if (form === "subgroup") return subgroup.variantFor(gpu, variant);
  return (form === "shared" ? [variant, "SHARED"].filter(Boolean).join("+") : variant) as V;
}

/** Invocations for a grid in tiles of 4 x 4. A subgroup's tile is `x` by `y` of them. */
export function tilingFor(gpu: GpuContext, product: Product, x: number, y: number): (grid: Grid) => Grid {
  const form = gpu.tiles[product];
  if (form === "plain") return (grid) => grid;
  if (form === "subgroup") return subgroup.tilingFor(gpu, x, y);
  return ([tilesX, tilesY = 1, z = 1]) => [
    Math.ceil(tilesX / SHARED_SIDE) * SHARED_INVOCATIONS,
    Math.ceil(tilesY / SHARED_SIDE),
    z,
  ];
}
