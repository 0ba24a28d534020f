/**
 * Share of the samples for which a neuron is active, P(T = 1): with ReLU, 1 less the average percentage of zeros (APoZ; Hu et al.,
 * arXiv:1607.03250). At more than two levels: above the lowest.
 */
import type { Measure } from "./measure.ts";
import { perNeuron, totalsOf } from "./neuron-levels.ts";

export const activeShare: Measure<"levels"> = {
  name: "active-share",
  id: "active_share",
  title: "Active share",
  meaning: "for how many of the samples the neuron's output is above its threshold: 1 where it is for all, 0 for none",
  unit: "share",
  needs: ["levels"],
  traits: { neverNegative: true, ignoresLabels: true, labelInvariant: true },
  evaluate: (evidence) => perNeuron(evidence, (neuron) => (neuron.samples - totalsOf(neuron)[0]!) / neuron.samples),
  top: () => 1,
};
