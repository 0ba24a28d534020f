/** shaders/removals.wgsl on the host: entry points, variants and grids. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { removals } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { activationOperations, QUAD, QUAD_BYTES, SCALAR_BYTES } from "./cost.ts";
import { SUM_BLOCK } from "./sum-block.ts";

/** `LAST`: of the last hidden layer, whose neurons change the logits directly. */
type ChangesVariant = "" | "LAST";
export type RemovalLayer = StructValues<(typeof removals)["structs"]["Layer"]>;
export type RemovalPart = StructValues<(typeof removals)["structs"]["Part"]>;

export function createRemoveAlone(gpu: GpuContext, activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: Facts) => removeAloneCost(facts, activation);
  return createKernel(gpu, removals, "remove_alone", "", { overrides, dynamic: "part", cost });
}

export function createPassOn(gpu: GpuContext, activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: Facts) => passOnCost(facts, activation);
  return createKernel(gpu, removals, "pass_on", "", { overrides, dynamic: "part", cost });
}

export function createAddChanges<V extends ChangesVariant>(gpu: GpuContext, variant: V) {
  const cost = (facts: Facts) => addChangesCost(facts, variant);
  return createKernel(gpu, removals, "add_changes", variant, { dynamic: "part", cost });
}

/** Of remove_alone with as many networks, of pass_on with as many slabs. */
export function differencesGrid(quads: number, samples: number, jobs: number): Grid {
  return [quads, samples, jobs];
}

export function changesGrid({ group, modes }: RemovalLayer, { earlier, count }: RemovalPart, networks: number): Grid {
  const blocks = Math.ceil((earlier + count) / SUM_BLOCK) - Math.floor(earlier / SUM_BLOCK);
  return [group * modes, blocks, networks];
}

type Facts = CostFacts<typeof removals>;

/** Per unit: the activation intact and for each removal, with two differences and a product. */
function removeAloneCost({ grid, uniform }: Facts, activation: ActivationLike): Cost {
  const networks = grid[2];
  const { quads, group, modes, units } = uniform("Layer");
  const { count } = uniform("Part");
  const own = activationOperations(activation);
  const lanes = networks * count * quads;
  return {
    operations: lanes * QUAD * (own + group * modes * (own + 3)),
    // z, and what is written; an output and a replacement a neuron; its weights
    bytes: lanes * (1 + group * modes) * QUAD_BYTES + networks * group * (count + 1 + units) * SCALAR_BYTES,
  };
}

/** Per unit: two activations and two differences. */
function passOnCost({ grid, uniform }: Facts, activation: ActivationLike): Cost {
  const slabs = grid[2];
  const { quads, group, modes } = uniform("Layer");
  const { count } = uniform("Part");
  const networks = slabs / (group * modes);
  return {
    operations: slabs * count * quads * QUAD * (2 * activationOperations(activation) + 2),
    bytes: (2 * slabs + networks) * count * quads * QUAD_BYTES,
  };
}

/**
 * Per class: a difference, two products and two sums, a minimum, a comparison; then a difference, an exp, what lies beyond
 * (a series of 12) and two products and sums. Per sample: two logarithms, and 10 for what is made of them.
 */
const CLASS_OPERATIONS = 25;
const SAMPLE_OPERATIONS = 12;

function addChangesCost({ grid, uniform }: Facts, variant: ChangesVariant): Cost {
  const [removed, blocks, networks] = grid;
  const { units: classes, modes } = uniform("Layer");
  const { count } = uniform("Part");
  const jobs = networks * removed;
  const isLast = variant === "LAST";
  const perClass = CLASS_OPERATIONS + (isLast ? 2 : 0);
  const changes = isLast
    ? (networks * removed * (count + classes)) / modes // an output a sample, and weights
    : jobs * count * classes;
  const scalars = changes + networks * count * classes + count; // predictions, labels
  return {
    operations: jobs * count * (classes * perClass + SAMPLE_OPERATIONS),
    bytes: scalars * SCALAR_BYTES + 2 * jobs * blocks * QUAD_BYTES,
  };
}
