/** shaders/walk-layer.wgsl on the host: entry point, variants and grid. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { walkLayer } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { activationOperations, QUAD_BYTES } from "./cost.ts";
import { removalCost } from "./walk.ts";

/** @param variant `SINGLE`: each neuron alone */
export function createWalkLayer(gpu: GpuContext, variant: "" | "SINGLE", activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: Facts) => walkLayerCost(facts, variant, activation);
  return createKernel(gpu, walkLayer, "walk_layer", variant, { overrides, dynamic: "part", cost });
}

type Facts = CostFacts<typeof walkLayer>;

function walkLayerCost(facts: Facts, variant: string, activation: ActivationLike): Cost {
  const jobs = facts.grid[2];
  const { units, unit_quads, neurons, lead, stride } = facts.uniform("Walk");
  const { count, first_step, steps } = facts.uniform("Part");
  const movesAt = (evaluation: number) => (evaluation === 0 ? 0 : Math.min(lead + (evaluation - 1) * stride, neurons));
  const removals = movesAt(first_step + steps - 1) - movesAt(Math.max(first_step, 1) - 1);
  const removal = removalCost(facts, jobs, removals, variant);
  return {
    operations: removal.operations + jobs * count * steps * units * activationOperations(activation),
    bytes: removal.bytes + jobs * count * steps * unit_quads * QUAD_BYTES,
  };
}

export function walkLayerGrid(unitQuads: number, samples: number, jobs: number): Grid {
  return [unitQuads, samples, jobs];
}
