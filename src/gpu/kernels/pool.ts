/** shaders/pool.wgsl on the host: which pool, grids. */
import type { ActivationLike } from "../../core/activation.ts";
import { areaOf, type MapShape } from "../../core/layers/maps.ts";
import type { PoolKind } from "../../core/layers/pooling.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { pool } from "../generated/shaders.ts";
import { derivativeOverrides } from "./activation.ts";
import { mapQuads, quadsOfMaps } from "./convolution.ts";
import { derivativeOperations, QUAD, QUAD_BYTES } from "./cost.ts";

type Facts = CostFacts<typeof pool>;

const kindOverrides = (kind: PoolKind) => ({
  AVERAGE: kind === "max" ? 0 : 1,
  COUNT_ZEROS: kind === "average-with-zeros" ? 1 : 0,
});

export function createPool(gpu: GpuContext, kind: PoolKind) {
  return createKernel(gpu, pool, "pool", "", { overrides: kindOverrides(kind), dynamic: "batch", cost: poolCost });
}

/** @param activation of the map that is pooled */
export function createPoolDelta(gpu: GpuContext, kind: PoolKind, activation: ActivationLike) {
  const overrides = { ...kindOverrides(kind), ...derivativeOverrides(activation) };
  const cost = (facts: Facts) => poolDeltaCost(facts, activation);
  return createKernel(gpu, pool, "pool_delta", "", { overrides, dynamic: "batch", cost });
}

export function poolGrid(target: MapShape, samples: number, jobs: number): Grid {
  return [areaOf(target), mapQuads(target) * samples, jobs];
}

/** @param slabRows samples of a slab */
export function poolDeltaGrid(source: MapShape, slabRows: number, jobs: number): Grid {
  return [areaOf(source), mapQuads(source) * slabRows, jobs];
}

/** Quads of one sample's maps, and taps of all its windows as if none lay outside. */
function sizesOf({ uniform }: Facts) {
  const layer = uniform("Layer");
  const windows = layer.output_height * layer.output_width * layer.outputs;
  return { ...quadsOfMaps(layer), taps: windows * layer.kernel_height * layer.kernel_width };
}

/** A comparison or a sum a tap. */
function poolCost(facts: Facts): Cost {
  const jobs = facts.grid[2];
  const { source, target, taps } = sizesOf(facts);
  const { count } = facts.uniform("Batch");
  return { operations: jobs * count * taps, bytes: jobs * count * (source + target) * QUAD_BYTES };
}

function poolDeltaCost(facts: Facts, activation: ActivationLike): Cost {
  const jobs = facts.grid[2];
  const { source, target, taps } = sizesOf(facts);
  const { slab_rows } = facts.uniform("Layer");
  const { count } = facts.uniform("Batch");
  return {
    operations: jobs * count * (taps + source * QUAD * derivativeOperations(activation)),
    bytes: jobs * (count * (source + target) + slab_rows * source) * QUAD_BYTES,
  };
}
