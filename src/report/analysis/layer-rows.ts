/** Rows of a layer in the table of neurons. */
import { removedAlone, type SingleRemovals } from "../../core/ablation.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";

/** [neurons of the layer]: row numbers, ascending. */
export function rowsOfLayer(table: NeuronTable, layer: number): number[] {
  return [...table.layer.keys()].filter((row) => table.layer[row] === layer);
}

/** [neurons removed]: row numbers of those that `removals` is of. */
export function rowsRemovedAlone(table: NeuronTable, removals: SingleRemovals): number[] {
  const rows = rowsOfLayer(table, removals.layer);
  return Array.from(removedAlone(removals), (neuron) => rows[neuron]!);
}
