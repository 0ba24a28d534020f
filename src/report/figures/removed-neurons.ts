/** Neurons with their measures and what removing them alone costs, one by one, from the tables of all networks. */
import type { AblationMode } from "../../core/ablation.ts";
import type { StudyFiles } from "../analysis/analysis.ts";
import { rowsOfLayer } from "../analysis/layer-rows.ts";

export interface RemovedNeuron {
  readonly repeat: number;
  readonly layer: number;
  readonly neuron: number;
  /** By measure id, in the unit of the measure. */
  readonly values: Readonly<Record<string, number>>;
  /** Test loss without the neuron minus test loss with it, nats. */
  readonly increase: number;
}

/** Of the networks that have all three: measures, single removals in the mode, and the loss of the intact network. */
export function removedNeurons({ study, neurons = [], singles = [] }: StudyFiles, mode: AblationMode): RemovedNeuron[] {
  return singles
    .filter((removals) => removals.mode === mode)
    .flatMap(({ repeat, layer, loss }) => {
      const table = neurons.find((one) => one.repeat === repeat);
      const intact = study?.repeats.find((one) => one.repeat === repeat)?.testLoss;
      if (table === undefined || intact === undefined) return [];
      return rowsOfLayer(table, layer).map((row, neuron) => ({
        ...{ repeat, layer, neuron, increase: loss[neuron]! - intact },
        values: Object.fromEntries(Object.entries(table.measures).map(([measure, column]) => [measure, column[row]!])),
      }));
    });
}
