/** shaders/moments.wgsl on the host: entry point, variants and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { moments } from "../generated/shaders.ts";
import { QUAD, QUAD_BYTES } from "./cost.ts";
import { SUM_BLOCK } from "./sum-block.ts";

/** `SIGNALS`: products of outputs are weighted by what flows back to them. */
type MomentsVariant = "" | "SIGNALS";
export type MomentPair = StructValues<(typeof moments)["structs"]["Pair"]>;
type MomentPart = StructValues<(typeof moments)["structs"]["Part"]>;

export function createAddMoments<V extends MomentsVariant>(gpu: GpuContext, variant: V) {
  return createKernel(gpu, moments, "add_moments", variant, { dynamic: "part", cost: momentsCost });
}

export function momentsGrid({ right_quads, strip_quads }: MomentPair, { earlier, count }: MomentPart): Grid {
  const blocks = Math.ceil((earlier + count) / SUM_BLOCK) - Math.floor(earlier / SUM_BLOCK);
  return [right_quads, strip_quads, blocks];
}

/** Per pair of neurons and sample: a product and a sum for each signal, and for the pair itself a product more with signals. */
function momentsCost({ grid, uniform }: CostFacts<typeof moments>): Cost {
  const { right_quads, strip_quads, first_quad, same, signals } = uniform("Pair");
  const { count } = uniform("Part");
  // Of a layer with itself, quads right of the diagonal and on it.
  const left = Array.from({ length: strip_quads }, (_, at) =>
    same === 1 ? right_quads - first_quad - at : right_quads,
  );
  const tiles = left.reduce((sum, quads) => sum + Math.max(0, quads), 0);
  const perProduct = signals === 0 ? 2 : 2 * signals + 3;
  const layers = right_quads + (same === 1 ? 0 : strip_quads);
  return {
    operations: tiles * QUAD * QUAD * count * perProduct,
    bytes: (layers * ((1 + signals) * count + 1) + 2 * tiles * QUAD * grid[2]) * QUAD_BYTES,
  };
}
