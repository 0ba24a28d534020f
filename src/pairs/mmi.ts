/**
 * Minimum mutual information: redundancy is min(I(T_i;Y), I(T_j;Y)) (Barrett, "Exploration of synergistic and redundant
 * information sharing in static and dynamical Gaussian systems", Physical Review E 91, 2015).
 */
import type { Decomposition } from "./decomposition.ts";

export const mmi: Decomposition = {
  id: "mmi",
  title: "Minimum mutual information",
  meaning: "all that the neuron that knows less knows, even where both know different things",
  neverNegative: true,
  parts({ first, second, jointInformation }) {
    const [least, most] = [first.information, second.information].sort((a, b) => a - b);
    return { redundancy: least!, synergy: Math.max(0, jointInformation - most!) };
  },
};
