/** shaders/backward.wgsl on the host: entry points, variants and grids. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { backward } from "../generated/shaders.ts";
import { createKernel, type Grid } from "../kernel.ts";
import type { StructValues } from "../uniforms.ts";
import { activationCodes } from "./activation.ts";
import { tilingFor, variantFor } from "./tiles.ts";

export type UpdateVariant = "" | "BYTES" | "GRADIENT" | "BYTES+GRADIENT";
export type BackwardLayer = StructValues<(typeof backward)["structs"]["Layer"]>;
export type BackwardBatch = StructValues<(typeof backward)["structs"]["Batch"]>;

export function createOutputDelta(gpu: GpuContext) {
  return createKernel(gpu, backward, "output_delta", "", { dynamic: "batch" });
}

export function createHiddenDelta(gpu: GpuContext, activation: Activation) {
  const overrides = { ACTIVATION: activationCodes[activation] };
  const tiling = tilingFor(gpu, "hidden_delta", 4, gpu.subgroupLanes);
  const variant = variantFor(gpu, "hidden_delta", "");
  return createKernel(gpu, backward, "hidden_delta", variant, { overrides, dynamic: "batch", tiling });
}

export function createUpdateParameters<V extends UpdateVariant>(gpu: GpuContext, variant: V) {
  const tiling = tilingFor(gpu, "update_parameters", gpu.subgroupLanes, 4);
  const options = { dynamic: "batch", tiling };
  return createKernel(gpu, backward, "update_parameters", variantFor(gpu, "update_parameters", variant), options);
}

export function outputDeltaGrid(slabRows: number, networks: number): Grid {
  return [slabRows, networks];
}

export function hiddenDeltaGrid(outputQuads: number, slabRows: number, networks: number): Grid {
  return [outputQuads, Math.ceil(slabRows / 4), networks];
}

export function updateParametersGrid(inputQuads: number, outputs: number, networks: number): Grid {
  return [inputQuads, Math.ceil(outputs / 4), networks];
}
