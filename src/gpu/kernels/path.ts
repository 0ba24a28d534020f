/** shaders/path.wgsl on the host: entry points, variants and grid. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { path } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import {
  activationOperations,
  derivativeOperations,
  KEPT_SLOPE_OPERATIONS,
  QUAD,
  QUAD_BYTES,
  SCALAR_BYTES,
} from "./cost.ts";

/** `SLOPES` where the activation's value does not tell its derivative (`needsKeptSlope`). */
type PathVariant = "" | "SLOPES";

export function createScaleLayer<V extends PathVariant>(gpu: GpuContext, variant: V, activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: Facts) => scaleCost(facts, variant, activation);
  return createKernel(gpu, path, "scale_layer", variant, { overrides, dynamic: "step", cost });
}

export function createAddConductance<V extends PathVariant>(gpu: GpuContext, variant: V, activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: Facts) => conductanceCost(facts, activation);
  return createKernel(gpu, path, "add_conductance", variant, { overrides, dynamic: "step", cost });
}

export function pathGrid(quads: number, slabRows: number, networks: number): Grid {
  return [quads, slabRows, networks];
}

type Facts = CostFacts<typeof path>;

/** Per unit: a difference, a product, a sum, and the activation. */
function scaleCost({ grid, uniform }: Facts, variant: PathVariant, activation: ActivationLike): Cost {
  const networks = grid[2];
  const { quads, slab_rows, units } = uniform("Layer");
  const kept = variant === "SLOPES" ? KEPT_SLOPE_OPERATIONS : 0;
  const lanes = networks * slab_rows * quads;
  return {
    operations: lanes * QUAD * (3 + activationOperations(activation) + kept),
    bytes: lanes * (variant === "SLOPES" ? 3 : 2) * QUAD_BYTES + networks * units * SCALAR_BYTES,
  };
}

/** Per unit: a difference, a product, a sum, and act' g. Three outputs or two and a slope; two arrays that are read and written. */
function conductanceCost({ grid, uniform }: Facts, activation: ActivationLike): Cost {
  const networks = grid[2];
  const { quads, slab_rows } = uniform("Layer");
  const lanes = networks * slab_rows * quads;
  return {
    operations: lanes * QUAD * (3 + derivativeOperations(activation)),
    bytes: lanes * (3 + 4) * QUAD_BYTES,
  };
}
