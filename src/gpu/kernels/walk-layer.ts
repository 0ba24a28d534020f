/** shaders/walk-layer.wgsl on the host: entry point, variants and grid. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { walkLayer } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";
import { activationCodes } from "./activation.ts";

/** @param variant `SINGLE`: each neuron alone */
export function createWalkLayer(gpu: GpuContext, variant: "" | "SINGLE", activation: Activation | "identity") {
  const overrides = { ACTIVATION: activationCodes[activation] };
  return createKernel(gpu, walkLayer, "walk_layer", variant, { overrides, dynamic: "part" });
}

export function walkLayerGrid(unitQuads: number, samples: number, jobs: number): Grid {
  return [unitQuads, samples, jobs];
}
