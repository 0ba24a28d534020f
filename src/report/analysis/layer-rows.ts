/** Rows of a layer in the table of neurons. */
import type { NeuronTable } from "../../core/neuron-table.ts";

/** [neurons of the layer]: row numbers, ascending. */
export function rowsOfLayer(table: NeuronTable, layer: number): number[] {
  return [...table.layer.keys()].filter((row) => table.layer[row] === layer);
}
