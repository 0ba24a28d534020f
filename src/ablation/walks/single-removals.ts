/** What the removal of each neuron alone costs, from the intact network: a walk that starts anew at every step. */

import type { ConstantMode, RemovalOrder, SingleRemovals } from "../../core/ablation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { shapeOf } from "../../core/layers/registry.ts";
import { networkShape } from "../../core/network.ts";
import { layerScope } from "../../core/scope.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { DevicePages } from "../../passes/device-split.ts";
import { type WalkGroup, walkGroups } from "./walk-plan.ts";
import { runWalks, type Walked, type WalkRun } from "./walk-run.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** A network with the number of its repeat, which the tables carry. */
export interface SingleTask extends WalkedNetwork {
  readonly repeat: number;
  /**
   * Per hidden layer: numbers of the neurons that are removed alone, ascending; absent for all. As many in all tasks, and of
   * each layer at least one, or of none.
   */
  readonly alone?: readonly Uint32Array[];
}

/** Neurons of one task that are removed alone, over all layers. */
export function neuronsOf({ network, alone }: SingleTask): number {
  const counts = alone?.map(({ length }) => length) ?? hiddenUnits(networkShape(network));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The neurons of every hidden layer, by index. */
function ordersAlone({ network, repeat, alone }: SingleTask): RemovalOrder[] {
  return hiddenUnits(networkShape(network)).map((units, index) => ({
    repeat,
    scope: layerScope(index + 1),
    measure: "index",
    direction: "none",
    draw: 0,
    neurons: Array.from(alone?.[index] ?? Array(units).keys(), (neuron) => ({ layer: index + 1, neuron })),
  }));
}

/** The walks that remove neurons of the tasks alone. */
export function singleGroups(tasks: readonly SingleTask[], modes: readonly ConstantMode[]): WalkGroup[] {
  if (neuronsOf(tasks[0]!) === 0) return [];
  const ordered = tasks.map((task) => ({ ...task, orders: ordersAlone(task) }));
  return walkGroups(ordered, modes, { stride: 1, single: true });
}

/** What those walks found, per task: one table per hidden layer and mode, layers outermost. */
export function singlesOf(
  walked: readonly Walked[],
  tasks: readonly SingleTask[],
  modes: readonly ConstantMode[],
  { count, classes }: Pick<DevicePages, "count" | "classes">,
): SingleRemovals[][] {
  const tables = tasks.map((): SingleRemovals[] => []);
  for (const { walk, correct, lossSum, correctPerClass } of walked) {
    const { network, curve, order, mode } = walk;
    const neurons = tasks[network]!.alone?.[curve];
    const isPart = neurons !== undefined && neurons.length < shapeOf(tasks[network]!.network.layers[curve]!).units;
    // Evaluation 0 is the intact network.
    const values = {
      correct: correct.slice(1),
      loss: lossSum.slice(1).map((sum) => sum / count),
      correctPerClass: correctPerClass!.slice(classes),
    };
    tables[network]![curve * modes.length + modes.indexOf(mode)] = {
      repeat: order.repeat,
      layer: curve + 1,
      mode,
      samples: count,
      ...(isPart && { neurons }),
      ...values,
    };
  }
  return tables;
}

/**
 * Removes hidden neurons of networks of one architecture alone: all, or those that the tasks name.
 * @returns per task: one table per hidden layer and mode, layers outermost; none where no neuron is removed.
 * @throws RunError with what the device reported.
 */
export async function singleRemovals(
  gpu: GpuContext,
  split: DevicePages,
  tasks: readonly SingleTask[],
  modes: readonly ConstantMode[],
  run: WalkRun = {},
): Promise<SingleRemovals[][]> {
  const groups = singleGroups(tasks, modes);
  if (groups.length === 0) return tasks.map(() => []);
  const walked = await runWalks(gpu, split, tasks, groups, run);
  return singlesOf(walked, tasks, modes, split);
}
