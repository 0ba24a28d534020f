/** shaders/convolution-backward.wgsl on the host: entry points and grids. */
import type { ActivationLike } from "../../core/activation.ts";
import { areaOf, type MapShape } from "../../core/layers/maps.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { convolutionBackward } from "../generated/shaders.ts";
import { derivativeOverrides } from "./activation.ts";
import { mapQuads, quadsOfMaps } from "./convolution.ts";
import { ADAM_OPERATIONS, derivativeOperations, L2_OPERATIONS, QUAD, QUAD_BYTES } from "./cost.ts";

type Facts = CostFacts<typeof convolutionBackward>;

export function createConvolveDelta(gpu: GpuContext, activation: ActivationLike) {
  const overrides = derivativeOverrides(activation);
  const cost = (facts: Facts) => deltaCost(facts, activation);
  return createKernel(gpu, convolutionBackward, "convolve_delta", "", { overrides, dynamic: "batch", cost });
}

export function createUpdateConvolution<V extends "" | "GRADIENT">(gpu: GpuContext, variant: V) {
  const cost = (facts: Facts) => updateCost(facts, variant);
  return createKernel(gpu, convolutionBackward, "update_convolution", variant, { dynamic: "batch", cost });
}

/** @param source the map whose delta is computed @param slabRows samples of a slab */
export function convolveDeltaGrid(source: MapShape, slabRows: number, networks: number): Grid {
  return [areaOf(source), mapQuads(source) * Math.ceil(slabRows / 4), networks];
}

export function updateConvolutionGrid(parameterQuads: number, outputs: number, networks: number): Grid {
  return [parameterQuads, Math.ceil(outputs / 4), networks];
}

/** Products of one sample, as kernels compute them: taps outside of the map are counted as if they did not lie there. */
const productsOf = ({ uniform }: Facts) => {
  const { outputs, output_height, output_width, parameter_quads } = uniform("Layer");
  return output_height * output_width * outputs * (parameter_quads - 1) * QUAD;
};

function deltaCost(facts: Facts, activation: ActivationLike): Cost {
  const networks = facts.grid[2];
  const { slab_rows, outputs, parameter_quads } = facts.uniform("Layer");
  const { count } = facts.uniform("Batch");
  const { source, target } = quadsOfMaps(facts.uniform("Layer"));
  const perSample = 2 * productsOf(facts) + source * QUAD * derivativeOperations(activation);
  const quads = count * (source + target) + slab_rows * source + outputs * parameter_quads;
  return { operations: networks * count * perSample, bytes: networks * quads * QUAD_BYTES };
}

function updateCost(facts: Facts, variant: "" | "GRADIENT"): Cost {
  const networks = facts.grid[2];
  const { outputs, parameter_quads } = facts.uniform("Layer");
  const { count } = facts.uniform("Batch");
  const { source, target } = quadsOfMaps(facts.uniform("Layer"));
  const matrix = outputs * parameter_quads;
  const [perParameter, moves] = variant === "GRADIENT" ? [L2_OPERATIONS, 2] : [ADAM_OPERATIONS, 6];
  return {
    operations: networks * (2 * count * productsOf(facts) + matrix * QUAD * perParameter),
    bytes: networks * (matrix * moves + count * (source + target)) * QUAD_BYTES,
  };
}
