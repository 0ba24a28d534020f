/**
 * Kullback-Leibler selectivity max_y D(P_{T|y} || P_T) of a neuron's one-bit output (Amjad, Liu and Geiger,
 * arXiv:1804.06679, section III), and the class that attains it.
 */
import { binaryDivergence } from "./information.ts";
import type { Measure, NeuronEvidence } from "./measure.ts";

type ClassEvidence = Pick<NeuronEvidence, "ones" | "samples" | "onesPerClass" | "samplesPerClass">;

function divergenceOfClass({ ones, samples, onesPerClass, samplesPerClass }: ClassEvidence, label: number): number {
  const size = samplesPerClass[label]!;
  return size === 0 ? 0 : binaryDivergence(onesPerClass[label]!, size, ones, samples);
}

/** The class that maximises the divergence; the lowest of equals, so 0 for a neuron whose bit is constant. */
export function preferredClass(evidence: ClassEvidence): number {
  let best = 0;
  for (let label = 1; label < evidence.onesPerClass.length; label++) {
    if (divergenceOfClass(evidence, label) > divergenceOfClass(evidence, best)) best = label;
  }
  return best;
}

export const klSelectivity: Measure = {
  name: "kl-selectivity",
  id: "kl_selectivity",
  title: "KL selectivity",
  evaluate: (evidence) => divergenceOfClass(evidence, preferredClass(evidence)),
};
