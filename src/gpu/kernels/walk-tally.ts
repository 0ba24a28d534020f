/** shaders/walk-tally.wgsl on the host: entry point and variants; its grid is walkGrid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { walkTally } from "../generated/shaders.ts";
import { tallyOperations } from "./cost.ts";
import { variantFor } from "./subgroup.ts";
import { removalCost, rightBytes, stepRemovals, tallyBytes } from "./walk.ts";

/** `SINGLE`: each neuron alone, and which samples are right without it. */
type WalkTallyVariant = "" | "SINGLE";

/**
 * @param classes of the network, at most WALK_CLASSES
 */
export function createWalkTally<V extends WalkTallyVariant>(gpu: GpuContext, variant: V, classes: number) {
  const overrides = { CLASSES: classes };
  const cost = (facts: Facts) => walkTallyCost(facts, variant, classes);
  return createKernel(gpu, walkTally, "walk_tally", variantFor(gpu, variant), { overrides, dynamic: "part", cost });
}

type Facts = CostFacts<typeof walkTally>;

function walkTallyCost(facts: Facts, variant: string, classes: number): Cost {
  const jobs = facts.grid[1];
  const { count, steps } = facts.uniform("Part");
  const right = variant === "SINGLE" ? rightBytes(facts, jobs) : 0;
  const removal = removalCost(facts, jobs, stepRemovals(facts), variant);
  return {
    operations: removal.operations + jobs * count * steps * tallyOperations(classes),
    bytes: removal.bytes + tallyBytes(facts, jobs) + right,
  };
}
