/** shaders/sweep.wgsl on the host: entry points, variants, grids and the sizes of their parts. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { sweep } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";
import type { StructValues } from "../uniforms.ts";
import { activationCodes } from "./activation.ts";
import { variantFor } from "./subgroup.ts";
import { BLOCK } from "./tally.ts";

export type WalkUniform = StructValues<(typeof sweep)["structs"]["Walk"]>;
export type WalkPart = StructValues<(typeof sweep)["structs"]["Part"]>;
/** `MASKED`: units above the ablated layer are removed too. `SINGLE`: each neuron alone. */
export type WalkVariant = "" | "MASKED" | "SINGLE";

/** Most classes that walk_tally and walk_product hold in registers: three quads. */
export const WALK_CLASSES = 12;
/** Most steps in a part of walk_tally and walk_product. */
export const WALK_STEPS = 8;
/** An order's entry of a neuron in another layer, and the flag of one in the layer that is walked through. */
export const NO_REMOVAL = 0xffffffff;
export const UPPER_REMOVAL = 0x80000000;
/** Evaluation of a step that none follows. */
export const NO_EVALUATION = 0xffffffff;

/** @param classes of the network, at most WALK_CLASSES */
export function createWalkTally(gpu: GpuContext, variant: "" | "SINGLE", classes: number) {
  const overrides = { CLASSES: classes };
  return createKernel(gpu, sweep, "walk_tally", variantFor(gpu, variant), { overrides, dynamic: "part" });
}

/** @param classes of the network, at most WALK_CLASSES */
export function createWalkProduct<V extends WalkVariant>(
  gpu: GpuContext,
  variant: V,
  activation: Activation,
  classes: number,
) {
  const overrides = { ACTIVATION: activationCodes[activation], CLASSES: classes };
  return createKernel(gpu, sweep, "walk_product", variantFor(gpu, variant), { overrides, dynamic: "part" });
}

export function createWalkLayer(gpu: GpuContext, variant: "" | "SINGLE", activation: Activation | "identity") {
  const overrides = { ACTIVATION: activationCodes[activation] };
  return createKernel(gpu, sweep, "walk_layer", variant, { overrides, dynamic: "part" });
}

/** walk_tally and walk_product: a subgroup's lane owns a block of samples of one job; without subgroups, a workgroup does. */
export function walkGrid(gpu: GpuContext, samples: number, jobs: number): Grid {
  const blocks = Math.ceil(samples / BLOCK);
  return [gpu.subgroupLanes > 0 ? blocks : blocks * BLOCK, jobs];
}

export function walkLayerGrid(unitQuads: number, samples: number, jobs: number): Grid {
  return [unitQuads, samples, jobs];
}
