/** shaders/top-layer.wgsl on the host: when it can be used, variants and grid. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { topLayer } from "../generated/shaders.ts";
import { derivativeOverrides } from "./activation.ts";
import {
  ADAM_OPERATIONS,
  derivativeOperations,
  L2_OPERATIONS,
  QUAD,
  QUAD_BYTES,
  SCALAR_BYTES,
  softmaxDeltaOperations,
} from "./cost.ts";

/** What a workgroup holds. */
const MOST_CLASSES = 16;
const MOST_ROWS = 128;
const INVOCATIONS = 256;

/** Whether it can compute such a batch, and is for this device: its barriers are as ruinous as the products'. */
export function fusesTopLayer({ tiles }: GpuContext, classes: number, slabRows: number): boolean {
  return tiles.forward_layer === "shared" && classes <= MOST_CLASSES && slabRows <= MOST_ROWS;
}

/** @param activation of the layer below */
export function createTopLayer<V extends "" | "GRADIENT">(gpu: GpuContext, variant: V, activation: ActivationLike) {
  const overrides = derivativeOverrides(activation);
  const cost = (facts: Facts) => topLayerCost(facts, variant, activation);
  return createKernel(gpu, topLayer, "step_top_layer", variant, { overrides, dynamic: "batch", cost });
}

export function topLayerGrid(networks: number): Grid {
  return [networks * INVOCATIONS];
}

type Facts = CostFacts<typeof topLayer>;

/** What the four kernels that it stands for compute; its arrays are read once. */
function topLayerCost({ grid, uniform }: Facts, variant: "" | "GRADIENT", activation: ActivationLike): Cost {
  const networks = grid[0] / INVOCATIONS;
  const { inputs, input_quads, outputs, slab_rows } = uniform("Layer");
  const { count } = uniform("Batch");
  const gradientOnly = variant === "GRADIENT";
  const parameters = outputs * input_quads * QUAD;
  const perSample =
    2 * parameters + softmaxDeltaOperations(outputs) + inputs * (2 * outputs + derivativeOperations(activation));
  const update = parameters * (2 * count + (gradientOnly ? L2_OPERATIONS : ADAM_OPERATIONS));
  const moves = gradientOnly ? 2 : 6; // parameter read, gradient written; or parameter and both moments, read and written
  const rows = (count + slab_rows) * input_quads * QUAD_BYTES; // activations read, delta written
  return {
    operations: networks * (count * perSample + update),
    // Per sample: place in the order, label, and the loss, which is read and written.
    bytes: networks * ((parameters * moves + 4 * count) * SCALAR_BYTES + rows),
  };
}
