/** Wanda (Sun et al., arXiv:2306.11695), summed over a neuron: its outgoing weights' sizes times the root mean square of its output. */
import type { Measure } from "./measure.ts";
import { meanSquare } from "./output-moments.ts";
import { overOutgoing } from "./weight-sums.ts";

export const wanda: Measure<"weights" | "classSums"> = {
  name: "wanda",
  id: "wanda",
  title: "Wanda",
  meaning: "how much the neuron puts into the next layer: the sizes of its outgoing weights times that of its output",
  unit: "none",
  needs: ["weights", "classSums"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: (evidence) =>
    overOutgoing(evidence.weights.outgoing, Math.abs).map((sum, unit) => sum * Math.sqrt(meanSquare(evidence, unit))),
};
