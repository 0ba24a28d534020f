/** Counts to the table of neurons: one row per hidden neuron, a column for each measure that is asked for. */
import type { Network } from "../core/network.ts";
import type { LayerCounts, LevelCounts, NetworkCounts } from "../core/neuron-counts.ts";
import { histogramOf, type NeuronTable } from "../core/neuron-table.ts";
import { preferredClass } from "./kl-selectivity.ts";
import { countsOfBit, type LevelEvidence, type Measure, type NeuronEvidence } from "./measure.ts";

function onesOf({ onesPerClass }: LayerCounts, classes: number, neuron: number): Uint32Array {
  return onesPerClass.subarray(neuron * classes, (neuron + 1) * classes);
}

function evidenceOf({ classes, samplesPerClass, layers }: NetworkCounts, network: Network): NeuronEvidence[] {
  const samples = samplesPerClass.reduce((sum, count) => sum + count, 0);
  return layers.flatMap((counts, index) =>
    Array.from({ length: counts.neurons }, (_, neuron) => ({
      samples,
      levels: counts.histograms?.levels ?? 2,
      countsPerLevel: counts.histograms
        ? histogramOf(counts.histograms, classes, neuron)
        : countsOfBit(onesOf(counts, classes, neuron), samplesPerClass),
      samplesPerClass,
      meanActivation: counts.meanActivation[neuron]!,
      network,
      layer: index + 1,
      neuron,
    })),
  );
}

/** Of one row of a table's histograms; class sizes are sums of counts. */
export function histogramEvidence(
  { samples, classes }: Pick<NeuronTable, "samples" | "classes">,
  histograms: LevelCounts,
  row: number,
): LevelEvidence {
  const countsPerLevel = histogramOf(histograms, classes, row);
  const samplesPerClass = new Array<number>(classes).fill(0);
  for (const [cell, count] of countsPerLevel.entries()) samplesPerClass[cell % classes]! += count;
  return { samples, levels: histograms.levels, countsPerLevel, samplesPerClass };
}

/** Layers one after another. */
function joined<T extends Uint32Array | Float32Array>(parts: readonly T[], all: T): T {
  let first = 0;
  for (const part of parts) {
    all.set(part, first);
    first += part.length;
  }
  return all;
}

/** The histograms of all layers, where there are any. */
function joinedHistograms(layers: readonly LayerCounts[]): LevelCounts | undefined {
  const parts = layers.flatMap(({ histograms }) => histograms ?? []);
  if (parts.length === 0) return undefined;
  const size = (of: "edges" | "counts") => parts.reduce((sum, part) => sum + part[of].length, 0);
  return {
    levels: parts[0]!.levels,
    edges: joined(
      parts.map(({ edges }) => edges),
      new Float32Array(size("edges")),
    ),
    counts: joined(
      parts.map(({ counts }) => counts),
      new Uint32Array(size("counts")),
    ),
  };
}

/** @returns rows in the order layer, neuron. */
export function neuronTable(counts: NetworkCounts, network: Network, measures: readonly Measure[]): NeuronTable {
  const rows = evidenceOf(counts, network);
  const column = (value: (row: NeuronEvidence) => number) => Uint32Array.from(rows, value);
  const histograms = joinedHistograms(counts.layers);
  const bits = histograms === undefined ? counts.layers : [];
  const ones = bits.map((layer) =>
    Uint32Array.from({ length: layer.neurons }, (_, neuron) =>
      onesOf(layer, counts.classes, neuron).reduce((sum, count) => sum + count, 0),
    ),
  );
  return {
    repeat: counts.repeat,
    rows: rows.length,
    classes: counts.classes,
    samples: rows[0]?.samples ?? 0,
    layer: column((row) => row.layer),
    neuron: column((row) => row.neuron),
    ones: Uint32Array.from(ones.flatMap((layer) => Array.from(layer))),
    onesPerClass: Uint32Array.from(bits.flatMap((layer) => Array.from(layer.onesPerClass))),
    ...(histograms && { histograms }),
    preferredClass: column(preferredClass),
    meanActivation: Float32Array.from(rows, (row) => row.meanActivation),
    measures: Object.fromEntries(measures.map(({ id, evaluate }) => [id, Float64Array.from(rows, evaluate)])),
  };
}
