/** shaders/walk-product.wgsl on the host: entry point and variants; its grid is walkGrid. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { walkProduct } from "../generated/shaders.ts";
import { createKernel } from "../kernel.ts";
import { activationCodes } from "./activation.ts";
import { variantFor } from "./subgroup.ts";

/** `MASKED`: units above the ablated layer are removed too. `SINGLE`: each neuron alone. */
export type WalkProductVariant = "" | "MASKED" | "SINGLE";

/** @param classes of the network, at most WALK_CLASSES */
export function createWalkProduct<V extends WalkProductVariant>(
  gpu: GpuContext,
  variant: V,
  activation: Activation,
  classes: number,
) {
  const overrides = { ACTIVATION: activationCodes[activation], CLASSES: classes };
  return createKernel(gpu, walkProduct, "walk_product", variantFor(gpu, variant), { overrides, dynamic: "part" });
}
