/**
 * Kullback-Leibler selectivity max_y D(P_{T|y} || P_T) of a neuron's quantised output (Amjad, Liu and Geiger,
 * arXiv:1804.06679, section III), and the class that attains it.
 */
import { divergenceOf } from "./information.ts";
import { type LevelEvidence, levelsOfClass, levelTotals, type Measure } from "./measure.ts";

/** [classes]: D(P_{T|y} || P_T), bits; 0 for a class without samples. */
export function divergencesOfClasses(evidence: LevelEvidence): number[] {
  const totals = levelTotals(evidence);
  return Array.from(evidence.samplesPerClass, (size, label) =>
    size === 0 ? 0 : divergenceOf(levelsOfClass(evidence, label), size, totals, evidence.samples),
  );
}

function firstLargest(values: readonly number[]): number {
  return values.reduce((best, value, label) => (value > values[best]! ? label : best), 0);
}

/** The class that maximises the divergence; the lowest of equals, so 0 for a neuron whose output is constant. */
export function preferredClass(evidence: LevelEvidence): number {
  return firstLargest(divergencesOfClasses(evidence));
}

export const klSelectivity: Measure = {
  name: "kl-selectivity",
  id: "kl_selectivity",
  title: "KL selectivity",
  meaning:
    "how much the output for one class, the preferred class, differs from the output for all samples, for the class where it differs most; a neuron can prefer a class by being silent for it",
  evaluate(evidence) {
    const divergences = divergencesOfClasses(evidence);
    return divergences[firstLargest(divergences)]!;
  },
};
