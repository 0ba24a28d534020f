/** Entropy H(T) = h2(P(T = 1)) of a neuron's one-bit output (Amjad, Liu and Geiger, arXiv:1804.06679, section III). */
import { binaryEntropy } from "./information.ts";
import type { Measure } from "./measure.ts";

export const entropy: Measure = {
  name: "entropy",
  id: "entropy",
  title: "Entropy",
  evaluate: ({ ones, samples }) => binaryEntropy(ones, samples),
};
