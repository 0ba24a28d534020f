/** shaders/walk-product.wgsl on the host: entry point and variants; its grid is walkGrid. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { walkProduct } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { activationOperations, QUAD_BYTES, tallyOperations } from "./cost.ts";
import { variantFor } from "./subgroup.ts";
import { removalCost, rightBytes, stepRemovals, tallyBytes, WALK_CLASSES } from "./walk.ts";

/**
 * `MASKED`: units above the ablated layer are removed too. `SINGLE`: each neuron alone, and which
 * samples are right without it.
 */
type WalkProductVariant = "" | "MASKED" | "SINGLE";

/** @param classes of the network, at most WALK_CLASSES */
export function createWalkProduct<V extends WalkProductVariant>(
  gpu: GpuContext,
  variant: V,
  activation: ActivationLike,
  classes: number,
) {
  const overrides = { ...activationOverrides(activation), CLASSES: classes };
  const cost = (facts: Facts) => walkProductCost(facts, variant, activation, classes);
  return createKernel(gpu, walkProduct, "walk_product", variantFor(gpu, variant), { overrides, dynamic: "part", cost });
}

type Facts = CostFacts<typeof walkProduct>;

/** Of the steps. What evaluations between them add, a product's row and a tally each, only the device's tables know. */
function walkProductCost(facts: Facts, variant: string, activation: ActivationLike, classes: number): Cost {
  const jobs = facts.grid[1];
  const { units, unit_quads, networks } = facts.uniform("Walk");
  const { count, steps } = facts.uniform("Part");
  const removal = removalCost(facts, jobs, stepRemovals(facts), variant);
  const climb = units * activationOperations(activation) + 2 * (units + 1) * classes + tallyOperations(classes);
  const product = networks * unit_quads * WALK_CLASSES * QUAD_BYTES; // [networks, units, 12 classes]
  const right = variant === "SINGLE" ? rightBytes(facts, jobs) : 0;
  const masks = variant === "MASKED" ? jobs * unit_quads * 2 * QUAD_BYTES : 0;
  return {
    operations: removal.operations + jobs * count * steps * climb,
    bytes: removal.bytes + tallyBytes(facts, jobs) + right + product + masks,
  };
}
