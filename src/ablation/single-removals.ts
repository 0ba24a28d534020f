/** What the removal of each neuron alone costs, from the intact network: a walk that starts anew at every step. */
import type { AblationMode, RemovalOrder, SingleRemovals } from "../core/ablation.ts";
import { type Network, widthsOf } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { runWalks } from "./fast-sweep.ts";
import type { SweepTask } from "./masked-sweep.ts";
import { walkGroups } from "./walk-plan.ts";

/** The neurons of every hidden layer, by index. */
function everyNeuron(network: Network, repeat: number): RemovalOrder[] {
  return network.layers.slice(0, -1).map(({ outputs }, index) => ({
    repeat,
    scope: `layer${index + 1}`,
    measure: "index",
    direction: "none",
    draw: 0,
    neurons: Array.from({ length: outputs }, (_, neuron) => ({ layer: index + 1, neuron })),
  }));
}

/** Evaluations that `singleRemovals` makes: each neuron of each layer, and the intact network once a layer and mode. */
export function singleEvaluations(network: Network, modes: readonly AblationMode[]): number {
  return modes.length * network.layers.slice(0, -1).reduce((sum, { outputs }) => sum + outputs + 1, 0);
}

/**
 * Removes every hidden neuron of one network alone.
 * @returns one table per hidden layer and mode, layers outermost.
 * @throws RunError with what the device reported.
 */
export async function singleRemovals(
  gpu: GpuContext,
  split: DeviceSplit,
  task: Pick<SweepTask, "network" | "meanActivations">,
  repeat: number,
  modes: readonly AblationMode[],
  onProgress: (done: number) => void = () => {},
): Promise<SingleRemovals[]> {
  const orders = everyNeuron(task.network, repeat);
  const groups = walkGroups(orders, modes, widthsOf(task.network), 1);
  const tables: SingleRemovals[] = [];
  for (const { batch, correct, loss } of await runWalks(gpu, split, task, groups, true, onProgress)) {
    batch.walks.forEach(({ curve, mode }, index) => {
      // Evaluation 0 is the intact network.
      const values = { correct: correct[index]!.slice(1), loss: loss[index]!.slice(1) };
      tables[curve * modes.length + modes.indexOf(mode)] = {
        repeat,
        layer: curve + 1,
        mode,
        samples: split.count,
        ...values,
      };
    });
  }
  return tables;
}
