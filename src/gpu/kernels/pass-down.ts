/** shaders/pass-down.wgsl on the host: entry point, variants and grid. */
import { type ActivationLike, needsKeptSlope } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { passDown } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { derivativeOperations, KEPT_SLOPE_OPERATIONS, QUAD, QUAD_BYTES } from "./cost.ts";

/** `PREACTIVATIONS` where the activation's value does not tell its derivative (`needsKeptSlope`). */
type PassDownVariant = "" | "PREACTIVATIONS";

export function createPassDown<V extends PassDownVariant>(gpu: GpuContext, variant: V, activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: CostFacts<typeof passDown>) => passDownCost(facts, activation);
  return createKernel(gpu, passDown, "pass_down", variant, { overrides, dynamic: "part", cost });
}

export function passDownGrid(quads: number, samples: number, networks: number): Grid {
  return [quads, samples, networks];
}

/** An output or z and a signal are read, a delta is written. */
function passDownCost({ grid, uniform }: CostFacts<typeof passDown>, activation: ActivationLike): Cost {
  const { quads } = uniform("Layer");
  const { count } = uniform("Part");
  const slope = derivativeOperations(activation) + (needsKeptSlope(activation) ? KEPT_SLOPE_OPERATIONS : 0);
  const owned = grid[2] * count * quads;
  return { operations: owned * QUAD * slope, bytes: 3 * owned * QUAD_BYTES };
}
