/**
 * What stands for removed neurons in each mode. A further mode is a file here and a line below, and its name and texts in
 * core/ablation.ts.
 */
import { type AblationMode, type ConstantMode, constantModes, type RebuildingMode } from "../../core/ablation.ts";
import type { ReplacementConstants } from "../sweep-task.ts";
import { leastSquares } from "./least-squares.ts";
import { merge } from "./merge.ts";
import type { Rebuilding } from "./rebuilding.ts";

type Constants = readonly Float32Array[];

const constants: Readonly<Record<ConstantMode, (given: ReplacementConstants) => Constants | undefined>> = {
  zero: () => undefined,
  mean: ({ meanActivations }) => meanActivations,
  optimal: ({ optimalConstants }) => optimalConstants,
};

export const rebuildings: Readonly<Record<RebuildingMode, Rebuilding>> = { "least-squares": leastSquares, merge };

export function isConstantMode(mode: AblationMode): mode is ConstantMode {
  return constantModes.some((constant) => constant === mode);
}

/** Per hidden layer [neurons]; undefined where all are 0, or nobody asked for the mode. */
export function constantsIn(mode: ConstantMode, given: ReplacementConstants): Constants | undefined {
  return constants[mode](given);
}
