/** shaders/relevance.wgsl on the host: entry points and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { relevance } from "../generated/shaders.ts";
import { QUAD, QUAD_BYTES } from "./cost.ts";

export function createDivideRelevance(gpu: GpuContext) {
  const cost = (facts: Facts) => relevanceCost(facts, DIVIDE_OPERATIONS, 2);
  return createKernel(gpu, relevance, "divide_relevance", "", { dynamic: "rows", cost });
}

export function createPassRelevance(gpu: GpuContext) {
  const cost = (facts: Facts) => relevanceCost(facts, PASS_OPERATIONS, 1);
  return createKernel(gpu, relevance, "pass_relevance", "", { dynamic: "rows", cost });
}

/** @param quads of a row that is written */
export function relevanceGrid(quads: number, samples: number, networks: number): Grid {
  return [quads, Math.ceil(samples / 4), networks];
}

type Facts = CostFacts<typeof relevance>;

/** Per weight: a product, what is positive of it, and a sum, or a product and a sum. */
const DIVIDE_OPERATIONS = 3;
const PASS_OPERATIONS = 4;

/** @param moves of the relevance: read, and written */
function relevanceCost({ grid, uniform }: Facts, perWeight: number, moves: number): Cost {
  const networks = grid[2];
  const { outputs, output_quads, input_quads } = uniform("Layer");
  const { count } = uniform("Rows");
  const below = moves === 1 ? 2 : 1; // outputs, and what they are given
  return {
    operations: networks * count * outputs * input_quads * QUAD * perWeight,
    bytes: networks * (outputs * input_quads + count * (below * input_quads + moves * output_quads)) * QUAD_BYTES,
  };
}
