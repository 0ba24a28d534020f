/**
 * Mutual information I(T;Y) = H(T) - H(T|Y) between a neuron's one-bit output and the class (Amjad, Liu and Geiger,
 * arXiv:1804.06679, section III).
 */
import { binaryDivergence } from "./information.ts";
import type { Measure } from "./measure.ts";

/**
 * Computed as sum_y p_y d2(q_y || p), which equals H(T) - H(T|Y) but subtracts nothing: every term is at least 0, and an
 * uninformative neuron gives 0 exactly instead of a rounding error of either sign.
 */
export const mutualInformation: Measure = {
  name: "mutual-information",
  id: "mutual_information",
  title: "Mutual information",
  evaluate({ ones, samples, onesPerClass, samplesPerClass }) {
    let bits = 0;
    for (let label = 0; label < onesPerClass.length; label++) {
      const size = samplesPerClass[label]!;
      if (size > 0) bits += (size / samples) * binaryDivergence(onesPerClass[label]!, size, ones, samples);
    }
    return bits;
  },
};
