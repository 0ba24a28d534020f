/**
 * First-order bias of plug-in estimates: a measure computed from the frequencies of N samples differs from that of the
 * distribution by this much on average. Counts that are 0 are taken for impossible ones; Panzeri and Treves would estimate
 * how many are possible, which matters where classes have few samples.
 */
import { entropy } from "./entropy.ts";
import type { NeuronEvidence } from "./measure.ts";
import { mutualInformation } from "./mutual-information.ts";

export type ClassCounts = Pick<NeuronEvidence, "ones" | "samples" | "onesPerClass" | "samplesPerClass">;

/** Outcomes of the bit that were seen, 1 or 2, less one. */
const spare = (ones: number, samples: number) => (ones > 0 && ones < samples ? 1 : 0);

/** Miller, "Note on the bias of information estimates" (1955): -(m - 1) / (2 N ln 2) bits for m outcomes. */
export function entropyBias({ ones, samples }: ClassCounts): number {
  return -spare(ones, samples) / (2 * samples * Math.LN2);
}

/**
 * Panzeri and Treves, "Analytical estimates of limited sampling biases in different information measures", Network 7
 * (1996): (sum_y (m_y - 1) - (m - 1)) / (2 N ln 2) bits, the bias of H(T) less that of H(T|Y).
 */
export function mutualInformationBias({ ones, samples, onesPerClass, samplesPerClass }: ClassCounts): number {
  const inClasses = Array.from(onesPerClass).reduce((sum, count, y) => sum + spare(count, samplesPerClass[y]!), 0);
  return (inClasses - spare(ones, samples)) / (2 * samples * Math.LN2);
}

/** By measure id. The maximum over classes of KL selectivity has no such expansion. */
export const plugInBiases: Readonly<Record<string, (counts: ClassCounts) => number>> = {
  [entropy.id]: entropyBias,
  [mutualInformation.id]: mutualInformationBias,
};
