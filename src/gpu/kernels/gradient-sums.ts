/** shaders/gradient-sums.wgsl on the host: entry point and variants; its grid is sumBlockGrid. */
import { type ActivationLike, needsKeptSlope } from "../../core/activation.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { gradientSums } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { derivativeOperations, KEPT_SLOPE_OPERATIONS, QUAD_BYTES, SCALAR_BYTES } from "./cost.ts";

/** `PREACTIVATIONS` where the activation's value does not tell its derivative (`needsKeptSlope`). */
type GradientSumsVariant = "" | "PREACTIVATIONS";

export function createAddGradients<V extends GradientSumsVariant>(
  gpu: GpuContext,
  variant: V,
  activation: ActivationLike,
) {
  const overrides = activationOverrides(activation);
  const cost = (facts: CostFacts<typeof gradientSums>) => addGradientsCost(facts, activation);
  return createKernel(gpu, gradientSums, "add_gradients", variant, { overrides, dynamic: "chunk", cost });
}

/** Per output: a product, two sizes, a square, four additions. */
const SUM_OPERATIONS = 8;

function addGradientsCost({ grid, uniform }: CostFacts<typeof gradientSums>, activation: ActivationLike): Cost {
  const [, blocks, networks] = grid;
  const { count, units } = uniform("Chunk");
  const kept = needsKeptSlope(activation);
  const slope = derivativeOperations(activation) + (kept ? KEPT_SLOPE_OPERATIONS : 0);
  return {
    operations: networks * units * count * (SUM_OPERATIONS + slope),
    // An output, a delta that is read and written, z where it is kept; sums that are read and written once a block.
    bytes: networks * units * (count * (kept ? 4 : 3) * SCALAR_BYTES + 2 * blocks * QUAD_BYTES),
  };
}
