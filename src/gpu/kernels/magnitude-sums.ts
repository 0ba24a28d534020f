/** shaders/magnitude-sums.wgsl on the host: entry point; its grid is sumBlockGrid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { magnitudeSums } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

export function createAddMagnitudes(gpu: GpuContext) {
  return createKernel(gpu, magnitudeSums, "add_magnitudes", "", { dynamic: "chunk", cost: addMagnitudesCost });
}

/** A size and an addition each; sums are read and written once a block. */
function addMagnitudesCost({ grid, uniform }: CostFacts<typeof magnitudeSums>): Cost {
  const [, blocks, networks] = grid;
  const { count, units } = uniform("Chunk");
  return {
    operations: 2 * networks * units * count,
    bytes: networks * units * (count + 2 * blocks) * SCALAR_BYTES,
  };
}
