/**
 * Mean of (g t)^2, the empirical Fisher information of a gate on the neuron (Theis et al., arXiv:1801.05787, whose factor 1/2 is
 * dropped).
 */
import type { Measure } from "./measure.ts";

export const fisher: Measure<"gradients"> = {
  name: "fisher",
  id: "fisher",
  title: "Fisher",
  meaning:
    "by how much the loss of a sample would change, to first order and squared, were the neuron's output 0: rare large changes count most",
  unit: "squared-nat",
  needs: ["gradients"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ samples, gradients: { squares } }) => squares.map((sum) => sum / samples),
};
