/** What the walking kernels share on the host (shaders/parts/walk.wgsl): uniforms, marks in their tables, and grids. */
import type { GpuContext } from "../device/context.ts";
import type { CostFacts, Grid } from "../device/kernel.ts";
import { uniforms } from "../device/layout.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { walkLayer } from "../generated/shaders.ts";
import { QUAD_BYTES, SCALAR_BYTES } from "./cost.ts";
import { BLOCK } from "./tally.ts";

export type WalkUniform = StructValues<(typeof walkLayer)["structs"]["Walk"]>;
export type WalkPart = StructValues<(typeof walkLayer)["structs"]["Part"]>;

/** Most classes that walk_tally and walk_product hold in registers: three quads. */
export const WALK_CLASSES = 12;
/** Most steps in a part of walk_tally and walk_product. */
export const WALK_STEPS = 8;
/** An order's entry of a neuron in another layer, and the flag of one in the layer that is walked through. */
export const NO_REMOVAL = 0xffffffff;
export const UPPER_REMOVAL = 0x80000000;
/** Neurons that are gone where a walk begins that restores none. */
export const NO_RESTORING = 0xffffffff;
/** Evaluation of a step that a walk does not have. */
export const NO_EVALUATION = 0xffffffff;

/** The uniforms of any walking kernel: their structs are the same. */
export function walkUniforms(parts: number) {
  return { walk: uniforms(walkLayer, "Walk"), part: uniforms(walkLayer, "Part", parts) };
}

/** walk_tally and walk_product: a subgroup's lane owns a block of samples of one job; without subgroups, a workgroup does. */
export function walkGrid(gpu: GpuContext, samples: number, jobs: number): Grid {
  const blocks = Math.ceil(samples / BLOCK);
  return [gpu.subgroupLanes > 0 ? blocks : blocks * BLOCK, jobs];
}

/** What every walk does in a part, whatever its way up: `removals` of each job are applied to the state. */
export function removalCost(
  { uniform }: Pick<CostFacts<typeof walkLayer>, "uniform">,
  jobs: number,
  removals: number,
  variant: string,
): Cost {
  const { units, unit_quads, source_units } = uniform("Walk");
  const { count } = uniform("Part");
  const touched = Math.min(jobs * removals, source_units); // a neuron may leave in several walks
  const stateMoves = variant === "SINGLE" ? 1 : 2; // read, and written where the walk goes on from it
  return {
    operations: jobs * count * removals * (2 * units + 1),
    bytes:
      (jobs * count * stateMoves + touched) * unit_quads * QUAD_BYTES +
      touched * count * SCALAR_BYTES +
      jobs * (2 + removals) * 2 * SCALAR_BYTES,
  };
}

/** Removals of a part whose every step removes one neuron; the first step of a walk removes none. */
export function stepRemovals({ uniform }: Pick<CostFacts<typeof walkLayer>, "uniform">): number {
  const { first_step, steps } = uniform("Part");
  return first_step === 0 ? steps - 1 : steps;
}

/** Labels, and a pair for each block and step. */
export function tallyBytes({ uniform }: Pick<CostFacts<typeof walkLayer>, "uniform">, jobs: number): number {
  const { count, steps } = uniform("Part");
  return (count + jobs * steps * Math.ceil(count / BLOCK) * 2) * SCALAR_BYTES;
}

/** What SINGLE adds: two words of bits for each block and step. */
export function rightBytes({ uniform }: Pick<CostFacts<typeof walkLayer>, "uniform">, jobs: number): number {
  const { count, steps } = uniform("Part");
  return jobs * steps * Math.ceil(count / BLOCK) * 2 * SCALAR_BYTES;
}
