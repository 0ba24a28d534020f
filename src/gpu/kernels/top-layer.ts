/** shaders/top-layer.wgsl on the host: when it can be used, variants and grid. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { topLayer } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";
import { activationCodes } from "./activation.ts";

/** What a workgroup holds. */
const MOST_CLASSES = 16;
const MOST_ROWS = 128;
const INVOCATIONS = 256;

/** Whether it can compute such a batch, and is for this device: its barriers are as ruinous as the products'. */
export function fusesTopLayer({ tiles }: GpuContext, classes: number, slabRows: number): boolean {
  return tiles.forward_layer === "shared" && classes <= MOST_CLASSES && slabRows <= MOST_ROWS;
}

/** @param activation of the layer below */
export function createTopLayer<V extends "" | "GRADIENT">(gpu: GpuContext, variant: V, activation: Activation) {
  const overrides = { ACTIVATION: activationCodes[activation] };
  return createKernel(gpu, topLayer, "step_top_layer", variant, { overrides, dynamic: "batch" });
}

export function topLayerGrid(networks: number): Grid {
  return [networks * INVOCATIONS];
}
