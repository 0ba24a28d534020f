/** Neurons with their measures and what removing them alone costs, one by one, from the tables of all networks. */
import type { AblationMode } from "../../core/ablation.ts";
import type { StudyAnalysis, StudyFiles } from "../analysis/analysis.ts";
import { rowsRemovedAlone } from "../analysis/layer-rows.ts";

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
    .flatMap((removals) => {
      const { repeat, layer, loss } = removals;
      const table = neurons.find((one) => one.repeat === repeat);
      const intact = study?.repeats.find((one) => one.repeat === repeat)?.testLoss;
      if (table === undefined || intact === undefined) return [];
      return rowsRemovedAlone(table, removals).map((row, index) => ({
        repeat,
        layer,
        neuron: table.neuron[row]!,
        increase: loss[index]! - intact,
        values: Object.fromEntries(Object.entries(table.measures).map(([measure, column]) => [measure, column[row]!])),
      }));
    });
}

/** Whether the study was asked to remove only some neurons alone. */
export function isPart({ study }: Pick<StudyAnalysis, "study">): boolean {
  return typeof study?.config.singles === "number";
}

/** A sentence on which neurons were removed alone, for captions; empty where all were. */
export function aloneText({ study }: Pick<StudyAnalysis, "study">): string {
  const choice = study?.config.singles;
  return typeof choice === "number"
    ? ` Of each hidden layer, at most ${choice} were removed alone, drawn at random (--singles ${choice}).`
    : "";
}
