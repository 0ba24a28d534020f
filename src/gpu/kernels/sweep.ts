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
/** Most evaluations in a part of each entry point. */
export const walkSteps = { walk_tally: 16, walk_product: 4 } as const;
/** Entry of an order that updates nothing. */
export const NO_REMOVAL = 0xffffffff;

/** @param everyStep whether there is an evaluation after each removal, which needs no inner loop */
export function createWalkTally(gpu: GpuContext, variant: "" | "SINGLE", everyStep: boolean) {
  return createKernel(gpu, sweep, "walk_tally", variantFor(gpu, variant), {
    overrides: { EVERY_STEP: Number(everyStep) },
    dynamic: "part",
  });
}

export function createWalkProduct<V extends WalkVariant>(
  gpu: GpuContext,
  variant: V,
  activation: Activation,
  everyStep: boolean,
) {
  const overrides = { ACTIVATION: activationCodes[activation], EVERY_STEP: Number(everyStep) };
  return createKernel(gpu, sweep, "walk_product", variantFor(gpu, variant), { overrides, dynamic: "part" });
}

export function createWalkLayer(
  gpu: GpuContext,
  variant: "" | "SINGLE",
  activation: Activation | "identity",
  everyStep: boolean,
) {
  const overrides = { ACTIVATION: activationCodes[activation], EVERY_STEP: Number(everyStep) };
  return createKernel(gpu, sweep, "walk_layer", variant, { overrides, dynamic: "part" });
}

/** walk_tally and walk_product: an invocation owns a block of samples of one job. */
export function walkGrid(samples: number, jobs: number): Grid {
  return [Math.ceil(samples / BLOCK), jobs];
}

export function walkLayerGrid(unitQuads: number, samples: number, jobs: number): Grid {
  return [unitQuads, samples, jobs];
}
