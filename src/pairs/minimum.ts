/**
 * Redundancy as the least specific information: I_min(Y;T_i,T_j) = sum_y p_y min_k I(T_k;Y = y), with I(T;Y = y) =
 * sum_t P(t|y) log2 P(t|y) / P(t) (Williams and Beer, "Nonnegative decomposition of multivariate information",
 * arXiv:1004.2515, equation 3).
 */
import { type Decomposition, partsOf } from "./decomposition.ts";
import type { Pair } from "./pair.ts";

function leastSpecificInformation({ first, second }: Pair): number {
  return first.divergences.reduce((bits, own, label) => {
    return bits + (first.samplesPerClass[label]! / first.samples) * Math.min(own, second.divergences[label]!);
  }, 0);
}

export const minimum: Decomposition = {
  id: "min",
  title: "Least specific information",
  meaning: "of each class, what the neuron that knows less of it knows, even where both know different things",
  neverNegative: true,
  parts(pair) {
    const { redundancy, synergy } = partsOf(pair, leastSpecificInformation(pair));
    return { redundancy, synergy: Math.max(0, synergy) };
  },
};
