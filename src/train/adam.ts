/** Adam (Kingma and Ba 2015): constants, and the terms of each step that the shader needs, computed in float64. */
import { wholePower } from "../core/elementary.ts";
import type { BackwardBatch } from "../gpu/kernels/backward.ts";

export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

export interface StepOptions {
  readonly learningRate: number;
  readonly l2: number;
}

/** Uniforms of optimiser step `step` (from 1) on `count` samples that begin at position `first` of the epoch's order. */
export function adamBatch(
  step: number,
  first: number,
  count: number,
  { learningRate, l2 }: StepOptions,
): BackwardBatch {
  return {
    first,
    count,
    learning_rate: learningRate / (1 - wholePower(adam.beta1, step)),
    variance_correction: 1 / Math.sqrt(1 - wholePower(adam.beta2, step)),
    ...adam,
    one_minus_beta1: 1 - adam.beta1,
    one_minus_beta2: 1 - adam.beta2,
    l2,
  };
}
