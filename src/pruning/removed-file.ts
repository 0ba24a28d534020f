/** The list of removed neurons: one row each, in the order of removal. */
import type { NeuronAddress } from "../core/ablation.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { columnOf } from "../measures/columns.ts";
import { csvChunks, float32Text, float64Text } from "../report/files/csv.ts";

export interface RemovedNeuron extends NeuronAddress {
  /** In the unit of the measure. */
  readonly value: number;
  readonly meanActivation: number;
}

/** @param measureId as in the table's columns */
export function removedNeurons(
  table: NeuronTable,
  measureId: string,
  removed: readonly NeuronAddress[],
): RemovedNeuron[] {
  const rows = new Map(Array.from(table.layer, (layer, row) => [`${layer} ${table.neuron[row]}`, row]));
  return removed.map(({ layer, neuron }) => {
    const row = rows.get(`${layer} ${neuron}`)!;
    return { layer, neuron, value: table.measures[measureId]![row]!, meanActivation: table.meanActivation[row]! };
  });
}

/** Text in chunks: hidden layer from 1, neuron from 0, the measure that chose it, its mean over the validation set. */
export function removedCsv(removed: readonly RemovedNeuron[], measureId: string): Iterable<string> {
  const lines = removed.map(({ layer, neuron, value, meanActivation }) =>
    [layer, neuron, float64Text(value), float32Text(meanActivation)].join(","),
  );
  return csvChunks(["layer", "neuron", columnOf(measureId), "mean_activation"], lines);
}
