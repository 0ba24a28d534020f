/**
 * First-order bias of plug-in estimates: a measure computed from the frequencies of N samples differs from that of the
 * distribution by this much on average. Counts that are 0 are taken for impossible ones; Panzeri and Treves would estimate
 * how many are possible, which matters where classes have few samples. The maximum over classes of KL selectivity has no such
 * expansion.
 */
import { type LevelTable, levelsOfClass, type NeuronLevels, totalsOf } from "./neuron-levels.ts";

/** Levels that were seen, less one. */
const spare = (counts: readonly number[]) => Math.max(0, counts.filter((count) => count > 0).length - 1);

/** Miller, "Note on the bias of information estimates" (1955): -(m - 1) / (2 N ln 2) bits for m levels that were seen. */
export function stateBias(levels: number, samples: number): number {
  return -Math.max(0, levels - 1) / (2 * samples * Math.LN2);
}

/** The same of a neuron's entropy. */
export function entropyBias(neuron: NeuronLevels): number {
  return stateBias(spare(totalsOf(neuron)) + 1, neuron.samples);
}

/**
 * Panzeri and Treves, "Analytical estimates of limited sampling biases in different information measures", Network 7
 * (1996): (sum_y (m_y - 1) - (m - 1)) / (2 N ln 2) bits, the bias of H(T) less that of H(T|Y).
 */
export function mutualInformationBias(neuron: LevelTable): number {
  const inClasses = Array.from(neuron.samplesPerClass).reduce(
    (sum, _, label) => sum + spare(levelsOfClass(neuron, label)),
    0,
  );
  return (inClasses - spare(totalsOf(neuron))) / (2 * neuron.samples * Math.LN2);
}
