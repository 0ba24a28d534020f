/** shaders/walk-tally.wgsl on the host: entry point and variants; its grid is walkGrid. */
import type { GpuContext } from "../context.ts";
import { walkTally } from "../generated/shaders.ts";
import { createKernel } from "../kernel.ts";
import { variantFor } from "./subgroup.ts";

/**
 * @param variant `SINGLE`: each neuron alone
 * @param classes of the network, at most WALK_CLASSES
 */
export function createWalkTally(gpu: GpuContext, variant: "" | "SINGLE", classes: number) {
  const overrides = { CLASSES: classes };
  return createKernel(gpu, walkTally, "walk_tally", variantFor(gpu, variant), { overrides, dynamic: "part" });
}
