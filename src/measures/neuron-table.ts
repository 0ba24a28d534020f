/** Counts to the table of neurons: one row per hidden neuron, every registered measure a column. */
import type { Network } from "../core/network.ts";
import type { NetworkCounts } from "../core/neuron-counts.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { preferredClass } from "./kl-selectivity.ts";
import type { NeuronEvidence } from "./measure.ts";
import { measures } from "./registry.ts";

function evidenceOf(counts: NetworkCounts, network: Network): NeuronEvidence[] {
  const samples = counts.samplesPerClass.reduce((sum, count) => sum + count, 0);
  return counts.layers.flatMap(({ neurons, onesPerClass, meanActivation }, index) =>
    Array.from({ length: neurons }, (_, neuron) => {
      const own = onesPerClass.subarray(neuron * counts.classes, (neuron + 1) * counts.classes);
      return {
        samples,
        ones: own.reduce((sum, count) => sum + count, 0),
        onesPerClass: own,
        samplesPerClass: counts.samplesPerClass,
        meanActivation: meanActivation[neuron]!,
        network,
        layer: index + 1,
        neuron,
      };
    }),
  );
}

/** @returns rows in the order layer, neuron. */
export function neuronTable(counts: NetworkCounts, network: Network): NeuronTable {
  const rows = evidenceOf(counts, network);
  const column = (value: (row: NeuronEvidence) => number) => Uint32Array.from(rows, value);
  return {
    repeat: counts.repeat,
    rows: rows.length,
    classes: counts.classes,
    samples: rows[0]?.samples ?? 0,
    layer: column((row) => row.layer),
    neuron: column((row) => row.neuron),
    ones: column((row) => row.ones),
    onesPerClass: Uint32Array.from(rows.flatMap((row) => Array.from(row.onesPerClass))),
    preferredClass: column(preferredClass),
    meanActivation: Float32Array.from(rows, (row) => row.meanActivation),
    measures: Object.fromEntries(measures.map(({ id, evaluate }) => [id, Float64Array.from(rows, evaluate)])),
  };
}
