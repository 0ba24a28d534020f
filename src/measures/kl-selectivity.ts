/**
 * Kullback-Leibler selectivity max_y D(P_{T|y} || P_T) of a neuron's quantised output (Amjad, Liu and Geiger,
 * arXiv:1804.06679, section III), and the class that attains it.
 */
import { divergenceOf } from "./information.ts";
import type { Measure } from "./measure.ts";
import { type LevelTable, levelsOfClass, type NeuronLevels, perNeuron, totalsOf } from "./neuron-levels.ts";

/** [classes]: D(P_{T|y} || P_T), bits; 0 for a class without samples. */
export function divergencesOfClasses(neuron: LevelTable): number[] {
  const totals = totalsOf(neuron);
  return Array.from(neuron.samplesPerClass, (size, label) =>
    size === 0 ? 0 : divergenceOf(levelsOfClass(neuron, label), size, totals, neuron.samples),
  );
}

function firstLargest(values: readonly number[]): number {
  return values.reduce((best, value, label) => (value > values[best]! ? label : best), 0);
}

/** The class that maximises the divergence; the lowest of equals, so 0 for a neuron whose output is constant. */
export function preferredClass(neuron: NeuronLevels): number {
  return firstLargest(divergencesOfClasses(neuron));
}

function largestDivergence(neuron: NeuronLevels): number {
  const divergences = divergencesOfClasses(neuron);
  return divergences[firstLargest(divergences)]!;
}

export const klSelectivity: Measure<"levels"> = {
  name: "kl-selectivity",
  id: "kl_selectivity",
  title: "KL selectivity",
  meaning:
    "how much the output for one class, the preferred class, differs from the output for all samples, for the class where it differs most; a neuron can prefer a class by being silent for it",
  unit: "bit",
  needs: ["levels"],
  traits: { neverNegative: true, constantIsZero: true, labelInvariant: true, levelInvariant: true },
  evaluate: (evidence) => perNeuron(evidence, largestDivergence),
  chance: ({ selectivity }) => selectivity,
};
