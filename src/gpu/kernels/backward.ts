/** shaders/backward.wgsl on the host: entry points, variants and grids. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { backward } from "../generated/shaders.ts";
import { derivativeOverrides } from "./activation.ts";
import {
  ADAM_OPERATIONS,
  derivativeOperations,
  L2_OPERATIONS,
  QUAD,
  QUAD_BYTES,
  SCALAR_BYTES,
  softmaxDeltaOperations,
} from "./cost.ts";
import { tilingFor, variantFor } from "./tiles.ts";

type UpdateVariant = "" | "BYTES" | "FLOATS" | "GRADIENT" | "BYTES+GRADIENT" | "FLOATS+GRADIENT";
export type BackwardLayer = StructValues<(typeof backward)["structs"]["Layer"]>;
export type BackwardBatch = StructValues<(typeof backward)["structs"]["Batch"]>;

export function createOutputDelta(gpu: GpuContext) {
  return createKernel(gpu, backward, "output_delta", "", { dynamic: "batch", cost: outputDeltaCost });
}

export function createHiddenDelta(gpu: GpuContext, activation: ActivationLike) {
  const overrides = derivativeOverrides(activation);
  const tiling = tilingFor(gpu, "hidden_delta", 4, gpu.subgroupLanes);
  const variant = variantFor(gpu, "hidden_delta", "");
  const cost = (facts: Facts) => hiddenDeltaCost(facts, activation);
  return createKernel(gpu, backward, "hidden_delta", variant, { overrides, dynamic: "batch", tiling, cost });
}

export function createUpdateParameters<V extends UpdateVariant>(gpu: GpuContext, variant: V) {
  const tiling = tilingFor(gpu, "update_parameters", gpu.subgroupLanes, 4);
  const cost = (facts: Facts) => updateParametersCost(facts, variant);
  const options = { dynamic: "batch", tiling, cost };
  return createKernel(gpu, backward, "update_parameters", variantFor(gpu, "update_parameters", variant), options);
}

export function outputDeltaGrid(slabRows: number, networks: number): Grid {
  return [slabRows, networks];
}

export function hiddenDeltaGrid(inputQuads: number, slabRows: number, networks: number): Grid {
  return [inputQuads, Math.ceil(slabRows / 4), networks];
}

export function updateParametersGrid(inputQuads: number, outputs: number, networks: number): Grid {
  return [inputQuads, Math.ceil(outputs / 4), networks];
}

type Facts = CostFacts<typeof backward>;

function outputDeltaCost({ grid, uniform }: Facts): Cost {
  const networks = grid[1];
  const { outputs, output_quads, slab_rows } = uniform("Layer");
  const { count } = uniform("Batch");
  const perSample = outputs + 4; // logits; place in the order, label, and the loss, which is read and written
  return {
    operations: networks * count * softmaxDeltaOperations(outputs),
    bytes: networks * (count * perSample * SCALAR_BYTES + slab_rows * output_quads * QUAD_BYTES),
  };
}

function hiddenDeltaCost({ grid, uniform }: Facts, activation: ActivationLike): Cost {
  const networks = grid[2];
  const { inputs, input_quads, outputs, output_quads, slab_rows } = uniform("Layer");
  const { count } = uniform("Batch");
  const read = count * (output_quads + input_quads) + outputs * input_quads;
  return {
    operations: networks * count * inputs * (2 * outputs + derivativeOperations(activation)),
    bytes: networks * (read + slab_rows * input_quads) * QUAD_BYTES,
  };
}

function updateParametersCost({ grid, uniform, shape }: Facts, variant: UpdateVariant): Cost {
  const networks = grid[2];
  const { outputs, output_quads, input_quads } = uniform("Layer");
  const { count } = uniform("Batch");
  const gradientOnly = variant.includes("GRADIENT");
  const perParameter = gradientOnly ? L2_OPERATIONS : ADAM_OPERATIONS;
  const moves = gradientOnly ? 2 : 6; // parameter read, gradient written; or parameter and both moments, read and written
  const matrix = networks * outputs * input_quads;
  const rows = networks * count;
  /** Rows of the split, each read once, and their numbers. */
  const ofSplit = (source: "pixels" | "values", quadBytes: number) =>
    Math.min(rows, shape(source)[0]!) * input_quads * quadBytes + rows * SCALAR_BYTES;
  const source = variant.includes("BYTES")
    ? ofSplit("pixels", SCALAR_BYTES)
    : variant.includes("FLOATS")
      ? ofSplit("values", QUAD_BYTES)
      : rows * input_quads * QUAD_BYTES;
  return {
    operations: matrix * QUAD * (2 * count + perParameter),
    bytes: (matrix * moves + rows * output_quads) * QUAD_BYTES + source,
  };
}
