/** What modes need to know of networks that no column of their tables holds: fitted on the validation set. */
import type { AblationMode } from "../../core/ablation.ts";
import { rebuildingModes } from "../../core/ablation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { type Network, networkShape } from "../../core/network.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import type { FittedModes } from "../sweep-task.ts";
import { layerMoments } from "./layer-moments.ts";
import { optimalConstants, TRIED_CONSTANTS } from "./optimal.ts";

export function needsConstants(modes: readonly AblationMode[]): boolean {
  return modes.includes("optimal");
}

export function needsMoments(modes: readonly AblationMode[]): boolean {
  return rebuildingModes.some((mode) => modes.includes(mode));
}

/** Whether the validation set must be there. */
export function needsFitting(modes: readonly AblationMode[]): boolean {
  return needsConstants(modes) || needsMoments(modes);
}

/** Evaluations of the validation set that fitting to one network takes, but for the pass that adds up products. */
export function fittingEvaluations(network: Network, modes: readonly AblationMode[]): number {
  const units = hiddenUnits(networkShape(network));
  // Each neuron, and the intact network once a layer.
  const each = units.reduce((sum, own) => sum + own + 1, 0);
  return needsConstants(modes) ? TRIED_CONSTANTS * each : 0;
}

interface Fitted {
  readonly network: Network;
  readonly repeat: number;
  /** Per hidden layer: [neurons], over the validation set. */
  readonly meanActivations: readonly Float32Array[];
}

/**
 * @param tasks networks of one architecture
 * @param onProgress called with evaluations done
 * @returns per task; empty where no mode needs anything
 * @throws RunError where a number is not finite, and with what the device reported
 */
export async function fitModes(
  gpu: GpuContext,
  validation: DevicePages,
  tasks: readonly Fitted[],
  modes: readonly AblationMode[],
  onProgress: (done: number) => void = () => {},
): Promise<FittedModes[]> {
  const searching = tasks.reduce((sum, { network }) => sum + fittingEvaluations(network, modes), 0);
  const constants = needsConstants(modes)
    ? await optimalConstants(gpu, validation, tasks, (share) => onProgress(share * searching))
    : undefined;
  const fitted: FittedModes[] = [];
  for (const [index, { network, meanActivations }] of tasks.entries()) {
    const moments = needsMoments(modes)
      ? await layerMoments({ gpu, network, samples: validation }, meanActivations)
      : undefined;
    fitted.push({ ...(constants && { optimalConstants: constants[index]! }), ...(moments && { moments }) });
  }
  return fitted;
}
