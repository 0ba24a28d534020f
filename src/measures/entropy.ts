/** Entropy H(T) of a neuron's quantised output (Amjad, Liu and Geiger, arXiv:1804.06679, section III, for one bit). */
import { entropyOf } from "./information.ts";
import type { Measure } from "./measure.ts";
import { perNeuron, totalsOf } from "./neuron-levels.ts";
import { entropyBias } from "./plug-in-bias.ts";

export const entropy: Measure<"levels"> = {
  name: "entropy",
  id: "entropy",
  title: "Entropy",
  meaning:
    "how evenly the neuron's output is spread: 0 where it is the same for every sample, 1 bit where it is above the threshold for half of them",
  unit: "bit",
  needs: ["levels"],
  traits: {
    neverNegative: true,
    constantIsZero: true,
    ignoresLabels: true,
    labelInvariant: true,
    levelInvariant: true,
  },
  evaluate: (evidence) => perNeuron(evidence, (neuron) => entropyOf(totalsOf(neuron), neuron.samples)),
  // Levels come in powers of two.
  top: (levels) => 31 - Math.clz32(levels),
  bias: (evidence) => perNeuron(evidence, entropyBias),
};
