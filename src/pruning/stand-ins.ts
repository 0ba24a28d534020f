/** What stands for the neurons that are removed from a network for good, and the network without them. */
import { fitModes, needsFitting } from "../ablation/modes/fit-modes.ts";
import { type RebuiltLayers, rebuiltLayers, rebuiltNetwork } from "../ablation/modes/rebuilt-network.ts";
import { constantsIn, isConstantMode } from "../ablation/modes/registry.ts";
import type { FittedModes } from "../ablation/sweep-task.ts";
import type { AblationMode, NeuronAddress } from "../core/ablation.ts";
import type { Network } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { MeasuredNetwork } from "../measure-networks.ts";
import { pruneNetwork } from "../models/prune.ts";
import type { DevicePages } from "../passes/device-split.ts";
import { zeroConstants } from "./accuracies.ts";

/** A measured network with what the mode needs that is fitted (ablation/modes/fit-modes.ts). */
export type PrunableNetwork = MeasuredNetwork & FittedModes;

/** @throws RunError where a number is not finite, and with what the device reported */
export async function withFits(
  gpu: GpuContext,
  validation: DevicePages,
  measured: MeasuredNetwork,
  mode: AblationMode,
): Promise<PrunableNetwork> {
  if (!needsFitting([mode])) return measured;
  const { network, meanActivations } = measured;
  const [fits] = await fitModes(gpu, validation, [{ network, meanActivations, repeat: 0 }], [mode]);
  return { ...measured, ...fits };
}

export interface StandIns {
  /** Per hidden layer: [neurons] what a removed neuron's output becomes where it becomes a constant. */
  readonly constants: readonly ArrayLike<number>[];
  /** Per hidden layer: how removed neurons are rebuilt from kept ones; absent where they become constants. */
  readonly rebuilt?: RebuiltLayers;
}

export function standInsFor(mode: AblationMode, fitted: PrunableNetwork, removed: readonly NeuronAddress[]): StandIns {
  const zeros = zeroConstants(fitted.network);
  if (isConstantMode(mode)) return { constants: constantsIn(mode, fitted) ?? zeros };
  return { constants: zeros, rebuilt: rebuiltLayers(mode, fitted.moments!, removed) };
}

/**
 * The smaller network: the same as the whole one in which the removed neurons read as what stands for them, up to the rounding of
 * weights and biases to float32.
 * @throws RunError for neurons that do not exist, and where a layer would be left without neurons
 */
export function withoutRemoved(
  network: Network,
  removed: readonly NeuronAddress[],
  { constants, rebuilt }: StandIns,
): Network {
  return pruneNetwork(rebuilt === undefined ? network : rebuiltNetwork(network, rebuilt), removed, constants);
}
