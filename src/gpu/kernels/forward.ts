/** shaders/forward.wgsl on the host: variants and grid. */
import type { ActivationLike } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid, type Kernel } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { forward } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { activationOperations, KEPT_SLOPE_OPERATIONS, QUAD, QUAD_BYTES, SCALAR_BYTES } from "./cost.ts";
import { tilingFor, variantFor } from "./tiles.ts";

type Variants = (typeof forward)["entries"]["forward_layer"]["variants"];
/** For training steps of functions whose slopes must be kept (`needsKeptSlope`). */
export type SlopesVariant = "SLOPES" | "BYTES+GATHERED+SLOPES" | "FLOATS+GATHERED+SLOPES";
export type ForwardVariant = "" | "BYTES" | "BYTES+GATHERED" | "FLOATS" | "FLOATS+GATHERED" | "MASKED" | SlopesVariant;
type ForwardKernel<V extends ForwardVariant> = Kernel<Variants[V]["bindings"]>;
export type ForwardBatch = StructValues<(typeof forward)["structs"]["Batch"]>;
export type ForwardJob = StructValues<(typeof forward)["structs"]["Job"]>;

export function createForwardLayer<V extends ForwardVariant>(
  gpu: GpuContext,
  variant: V,
  activation: ActivationLike,
): Promise<ForwardKernel<V>> {
  const overrides = activationOverrides(activation);
  const cost = (facts: CostFacts<typeof forward>) => forwardCost(facts, variant, activation);
  const options = { overrides, dynamic: "batch", tiling: tilingFor(gpu, "forward_layer", 4, 8), cost };
  return createKernel(gpu, forward, "forward_layer", variantFor(gpu, "forward_layer", variant), options);
}

/** In tiles of 4 samples x 4 outputs. */
export function forwardGrid(outputQuads: number, samples: number, jobs: number): Grid {
  return [outputQuads, Math.ceil(samples / 4), jobs];
}

/** Jobs are taken to be spread over as many networks, curves and replacements as there are. */
function forwardCost(
  { grid, uniform, shape }: CostFacts<typeof forward>,
  variant: ForwardVariant,
  activation: ActivationLike,
): Cost {
  const jobs = grid[2];
  const { outputs, input_quads, output_quads, own_source } = uniform("Layer");
  const { count } = uniform("Batch");
  const networks = Math.min(jobs, shape("parameters")[0]!);
  const matrices = networks * outputs * input_quads * QUAD_BYTES;
  const table = jobs * forward.structs.Job.size;
  const kept = variant.includes("SLOPES");
  const perUnit = activationOperations(activation) + (kept ? KEPT_SLOPE_OPERATIONS : 0);
  const written = (kept ? 2 : 1) * jobs * count * output_quads * QUAD_BYTES;
  return {
    operations: jobs * count * outputs * (2 * input_quads * QUAD + perUnit),
    bytes: matrices + table + written + sourceBytes() + maskBytes(),
  };

  /** Pixels are four to a word, floats four to a quad. */
  function sourceBytes(): number {
    if (variant === "BYTES") return count * input_quads * SCALAR_BYTES;
    if (variant === "FLOATS") return count * input_quads * QUAD_BYTES;
    if (variant.startsWith("BYTES+GATHERED")) return gatheredBytes("pixels", SCALAR_BYTES);
    if (variant.startsWith("FLOATS+GATHERED")) return gatheredBytes("values", QUAD_BYTES);
    return (own_source === 1 ? jobs : networks) * count * input_quads * QUAD_BYTES;
  }

  /** Rows of the split, each read once, and their numbers. */
  function gatheredBytes(source: "pixels" | "values", quadBytes: number): number {
    const rows = Math.min(jobs * count, shape(source)[0]!);
    return rows * input_quads * quadBytes + jobs * count * SCALAR_BYTES;
  }

  function maskBytes(): number {
    if (variant !== "MASKED") return 0;
    const rows = Math.min(jobs, shape("positions")[0]!) + Math.min(jobs, shape("replacements")[0]!);
    return rows * input_quads * QUAD_BYTES;
  }
}
