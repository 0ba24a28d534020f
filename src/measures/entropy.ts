/** Entropy H(T) of a neuron's quantised output (Amjad, Liu and Geiger, arXiv:1804.06679, section III, for one bit). */
import { entropyOf } from "./information.ts";
import { levelTotals, type Measure } from "./measure.ts";

export const entropy: Measure = {
  name: "entropy",
  id: "entropy",
  title: "Entropy",
  meaning:
    "how evenly the neuron's output is spread: 0 where it is the same for every sample, 1 bit where it is above the threshold for half of them",
  evaluate: (evidence) => entropyOf(levelTotals(evidence), evidence.samples),
};
