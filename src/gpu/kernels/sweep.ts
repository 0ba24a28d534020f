/** shaders/sweep.wgsl on the host: entry points, variants, grids and the sizes of their parts. */
import type { Activation } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { sweep } from "../generated/shaders.ts";
import { type CostFacts, createKernel, type Grid } from "../kernel.ts";
import type { Cost } from "../recorder.ts";
import type { StructValues } from "../uniforms.ts";
import { activationCodes } from "./activation.ts";
import { activationOperations, QUAD_BYTES, SCALAR_BYTES, tallyOperations } from "./cost.ts";
import { variantFor } from "./subgroup.ts";
import { BLOCK } from "./tally.ts";

export type WalkUniform = StructValues<(typeof sweep)["structs"]["Walk"]>;
export type WalkPart = StructValues<(typeof sweep)["structs"]["Part"]>;
/** `MASKED`: units above the ablated layer are removed too. `SINGLE`: each neuron alone. */
export type WalkVariant = "" | "MASKED" | "SINGLE";

/** Most classes that walk_tally and walk_product hold in registers: three quads. */
export const WALK_CLASSES = 12;
/** Most evaluations in a part of each entry point. */
export const walkSteps = { walk_tally: 16, walk_product: 4 } as const;
/** Entry of an order that updates nothing. */
export const NO_REMOVAL = 0xffffffff;

/** @param everyStep whether there is an evaluation after each removal, which needs no inner loop */
export function createWalkTally(gpu: GpuContext, variant: "" | "SINGLE", everyStep: boolean) {
  return createKernel(gpu, sweep, "walk_tally", variantFor(gpu, variant), {
    overrides: { EVERY_STEP: Number(everyStep) },
    dynamic: "part",
    cost: (facts) => walkTallyCost(facts, variant),
  });
}

export function createWalkProduct<V extends WalkVariant>(
  gpu: GpuContext,
  variant: V,
  activation: Activation,
  everyStep: boolean,
) {
  const overrides = { ACTIVATION: activationCodes[activation], EVERY_STEP: Number(everyStep) };
  const cost = (facts: Facts) => walkProductCost(facts, variant, activation);
  return createKernel(gpu, sweep, "walk_product", variantFor(gpu, variant), { overrides, dynamic: "part", cost });
}

export function createWalkLayer(
  gpu: GpuContext,
  variant: "" | "SINGLE",
  activation: Activation | "identity",
  everyStep: boolean,
) {
  const overrides = { ACTIVATION: activationCodes[activation], EVERY_STEP: Number(everyStep) };
  const cost = (facts: Facts) => walkLayerCost(facts, variant, activation);
  return createKernel(gpu, sweep, "walk_layer", variant, { overrides, dynamic: "part", cost });
}

/** walk_tally and walk_product: an invocation owns a block of samples of one job. */
export function walkGrid(samples: number, jobs: number): Grid {
  return [Math.ceil(samples / BLOCK), jobs];
}

export function walkLayerGrid(unitQuads: number, samples: number, jobs: number): Grid {
  return [unitQuads, samples, jobs];
}

type Facts = CostFacts<typeof sweep>;

/** What every walk does in a part, whatever its way up: apply removals to the state. */
function removalCost({ uniform }: Facts, jobs: number, variant: WalkVariant): Cost {
  const { neurons, stride, units, unit_quads, source_units } = uniform("Walk");
  const { count, first_evaluation, evaluations } = uniform("Part");
  const removedAt = (evaluation: number) => Math.min(evaluation * stride, neurons);
  const before = removedAt(Math.max(first_evaluation, 1) - 1);
  const removals = Math.max(0, removedAt(first_evaluation + evaluations - 1) - before);
  const touched = Math.min(jobs * removals, source_units); // a neuron may leave in several walks
  const stateMoves = variant === "SINGLE" ? 1 : 2; // read, and written where the walk goes on from it
  return {
    operations: jobs * count * removals * (2 * units + 1),
    bytes:
      (jobs * count * stateMoves + touched) * unit_quads * QUAD_BYTES +
      touched * count * SCALAR_BYTES +
      jobs * (1 + removals) * 2 * SCALAR_BYTES,
  };
}

/** Labels, and a pair for each block and evaluation. */
function tallyBytes({ uniform }: Facts, jobs: number): number {
  const { count, evaluations } = uniform("Part");
  return (count + jobs * evaluations * Math.ceil(count / BLOCK) * 2) * SCALAR_BYTES;
}

function walkTallyCost(facts: Facts, variant: WalkVariant): Cost {
  const jobs = facts.grid[1];
  const { classes } = facts.uniform("Walk");
  const { count, evaluations } = facts.uniform("Part");
  const removal = removalCost(facts, jobs, variant);
  return {
    operations: removal.operations + jobs * count * evaluations * tallyOperations(classes),
    bytes: removal.bytes + tallyBytes(facts, jobs),
  };
}

function walkProductCost(facts: Facts, variant: WalkVariant, activation: Activation): Cost {
  const jobs = facts.grid[1];
  const { classes, units, unit_quads } = facts.uniform("Walk");
  const { count, evaluations } = facts.uniform("Part");
  const removal = removalCost(facts, jobs, variant);
  const climb = units * activationOperations[activation] + 2 * (units + 1) * classes + tallyOperations(classes);
  const product = unit_quads * WALK_CLASSES * QUAD_BYTES; // [units, 12 classes]
  const masks = variant === "MASKED" ? jobs * unit_quads * 2 * QUAD_BYTES : 0;
  return {
    operations: removal.operations + jobs * count * evaluations * climb,
    bytes: removal.bytes + tallyBytes(facts, jobs) + product + masks,
  };
}

function walkLayerCost(facts: Facts, variant: WalkVariant, activation: Activation | "identity"): Cost {
  const jobs = facts.grid[2];
  const { units, unit_quads } = facts.uniform("Walk");
  const { count, evaluations } = facts.uniform("Part");
  const removal = removalCost(facts, jobs, variant);
  return {
    operations: removal.operations + jobs * count * evaluations * units * activationOperations[activation],
    bytes: removal.bytes + jobs * count * evaluations * unit_quads * QUAD_BYTES,
  };
}
