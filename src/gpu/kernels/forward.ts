/** shaders/forward.wgsl on the host: variants and grid. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { forward } from "../generated/shaders.ts";
import { createKernel, type Grid, type Kernel } from "../kernel.ts";
import type { StructValues } from "../uniforms.ts";
import { activationCodes } from "./activation.ts";
import { tilingFor, variantFor } from "./tiles.ts";

type Variants = (typeof forward)["entries"]["forward_layer"]["variants"];
export type ForwardVariant = "" | "BYTES" | "BYTES+GATHERED" | "MASKED";
export type ForwardKernel<V extends ForwardVariant> = Kernel<Variants[V]["bindings"]>;
export type ForwardLayer = StructValues<(typeof forward)["structs"]["Layer"]>;
export type ForwardBatch = StructValues<(typeof forward)["structs"]["Batch"]>;
export type ForwardJob = StructValues<(typeof forward)["structs"]["Job"]>;

/** `identity` is for the layer of logits. */
export function createForwardLayer<V extends ForwardVariant>(
  gpu: GpuContext,
  variant: V,
  activation: Activation | "identity",
): Promise<ForwardKernel<V>> {
  const overrides = { ACTIVATION: activationCodes[activation] };
  const options = { overrides, dynamic: "batch", tiling: tilingFor(gpu, "forward_layer", 4, 8) };
  return createKernel(gpu, forward, "forward_layer", variantFor(gpu, "forward_layer", variant), options);
}

/** In tiles of 4 samples x 4 outputs. */
export function forwardGrid(outputQuads: number, samples: number, jobs: number): Grid {
  return [outputQuads, Math.ceil(samples / 4), jobs];
}
