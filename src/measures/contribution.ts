/**
 * Root of the variance of a neuron's output times its squared outgoing weights, added up: the root mean square of what the next
 * pre-activations change by when the neuron is replaced by its mean.
 */
import type { Measure } from "./measure.ts";
import { variance } from "./output-moments.ts";
import { overOutgoing, square } from "./weight-sums.ts";

export const contribution: Measure<"weights" | "classSums"> = {
  name: "contribution",
  id: "contribution",
  title: "Contribution",
  meaning:
    "by how much the next layer's pre-activations change when the neuron is replaced by its mean: 0 where it never varies",
  unit: "none",
  needs: ["weights", "classSums"],
  traits: { neverNegative: true, constantIsZero: true, labelInvariant: true },
  evaluate: (evidence) =>
    overOutgoing(evidence.weights.outgoing, square).map((sum, unit) => Math.sqrt(sum * variance(evidence, unit))),
};
