/** shaders/start-signal.wgsl on the host: entry point, kinds and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import { startSignal } from "../generated/shaders.ts";
import { QUAD_BYTES, SCALAR_BYTES, softmaxDeltaOperations } from "./cost.ts";

/**
 * What flows back: the derivative of the loss, that of the label's logit, that logit itself, or the prediction. Of copies of a network,
 * a class each: the derivative of that class's logit, or its share of how predictions spread (the shader says which).
 */
export type SignalKind = "loss" | "label" | "logit" | "prediction" | "unit" | "spread";

const kinds: Readonly<Record<SignalKind, number>> = {
  loss: 0,
  label: 1,
  logit: 2,
  prediction: 3,
  unit: 4,
  spread: 5,
};

export function createStartSignal(gpu: GpuContext, kind: SignalKind) {
  const overrides = { KIND: kinds[kind] };
  const cost = (facts: CostFacts<typeof startSignal>) => startSignalCost(facts, kind);
  return createKernel(gpu, startSignal, "start_signal", "", { overrides, dynamic: "rows", cost });
}

export function startSignalGrid(samples: number, networks: number): Grid {
  return [samples, networks];
}

/** Of the label's own signal a comparison each. */
function startSignalCost({ grid, uniform }: CostFacts<typeof startSignal>, kind: SignalKind): Cost {
  const networks = grid[1];
  const { count, quads, classes } = uniform("Rows");
  const read = { loss: classes, label: 0, logit: 1, prediction: classes, unit: 0, spread: classes }[kind];
  const ofSoftmax = kind === "loss" || kind === "prediction" || kind === "spread";
  return {
    operations: networks * count * (ofSoftmax ? softmaxDeltaOperations(classes) : classes),
    bytes: networks * count * (read * SCALAR_BYTES + quads * QUAD_BYTES) + count * SCALAR_BYTES,
  };
}
