/** What the removal of each neuron alone costs, from the intact network: a walk that starts anew at every step. */

import type { AblationMode, RemovalOrder, SingleRemovals } from "../core/ablation.ts";
import type { Network } from "../core/network.ts";
import { layerScope } from "../core/scope.ts";
import type { GpuContext } from "../gpu/context.ts";
import type { DevicePages } from "../gpu/device-split.ts";
import { type WalkGroup, walkGroups } from "./walk-plan.ts";
import { runWalks, type Walked } from "./walk-run.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** A network with the number of its repeat, which the tables carry. */
export interface SingleTask extends WalkedNetwork {
  readonly repeat: number;
}

/** The neurons of every hidden layer, by index. */
function everyNeuron(network: Network, repeat: number): RemovalOrder[] {
  return network.layers.slice(0, -1).map(({ outputs }, index) => ({
    repeat,
    scope: layerScope(index + 1),
    measure: "index",
    direction: "none",
    draw: 0,
    neurons: Array.from({ length: outputs }, (_, neuron) => ({ layer: index + 1, neuron })),
  }));
}

/** The walks that remove every neuron of the tasks alone. */
export function singleGroups(tasks: readonly SingleTask[], modes: readonly AblationMode[]): WalkGroup[] {
  const ordered = tasks.map((task) => ({ ...task, orders: everyNeuron(task.network, task.repeat) }));
  return walkGroups(ordered, modes, { stride: 1, single: true });
}

/** What those walks found, per task: one table per hidden layer and mode, layers outermost. */
export function singlesOf(
  walked: readonly Walked[],
  tasks: readonly SingleTask[],
  modes: readonly AblationMode[],
  { count, classes }: Pick<DevicePages, "count" | "classes">,
): SingleRemovals[][] {
  const tables = tasks.map((): SingleRemovals[] => []);
  for (const { walk, correct, lossSum, correctPerClass } of walked) {
    const { network, curve, order, mode } = walk;
    // Evaluation 0 is the intact network.
    const values = {
      correct: correct.slice(1),
      loss: lossSum.slice(1).map((sum) => sum / count),
      correctPerClass: correctPerClass!.slice(classes),
    };
    tables[network]![curve * modes.length + modes.indexOf(mode)] = {
      ...{ repeat: order.repeat, layer: curve + 1, mode, samples: count },
      ...values,
    };
  }
  return tables;
}

/**
 * Removes every hidden neuron of networks of one architecture alone.
 * @param onProgress called with evaluations done and to do
 * @returns per task: one table per hidden layer and mode, layers outermost.
 * @throws RunError with what the device reported.
 */
export async function singleRemovals(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly SingleTask[],
  modes: readonly AblationMode[],
  onProgress?: (done: number, total: number) => void,
): Promise<SingleRemovals[][]> {
  const walked = await runWalks(gpu, split, tasks, singleGroups(tasks, modes), onProgress);
  return singlesOf(walked, tasks, modes, split);
}
