/**
 * Mutual information I(T;Y) = H(T) - H(T|Y) between a neuron's quantised output and the class (Amjad, Liu and Geiger,
 * arXiv:1804.06679, section III).
 */
import { divergencesOfClasses } from "./kl-selectivity.ts";
import type { Measure } from "./measure.ts";
import { type LevelTable, perNeuron } from "./neuron-levels.ts";
import { mutualInformationBias } from "./plug-in-bias.ts";

/**
 * I(T;Y), bits. Computed as sum_y p_y D(P_{T|y} || P_T), which equals H(T) - H(T|Y) but subtracts nothing: every term is at least 0, and an
 * uninformative neuron gives 0 exactly instead of a rounding error of either sign.
 */
export function informationOf(neuron: LevelTable): number {
  const { samples, samplesPerClass } = neuron;
  return divergencesOfClasses(neuron).reduce(
    (bits, divergence, label) => bits + (samplesPerClass[label]! / samples) * divergence,
    0,
  );
}

export const mutualInformation: Measure<"levels"> = {
  name: "mutual-information",
  id: "mutual_information",
  title: "Mutual information",
  meaning:
    "how much the neuron's output tells about the class: 0 where every class looks the same to the neuron, and never more than the entropy",
  unit: "bit",
  needs: ["levels"],
  traits: { neverNegative: true, constantIsZero: true, labelInvariant: true, levelInvariant: true },
  evaluate: (evidence) => perNeuron(evidence, informationOf),
  bias: (evidence) => perNeuron(evidence, mutualInformationBias),
  chance: ({ information: level }) => level,
};
