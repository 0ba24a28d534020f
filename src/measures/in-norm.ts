/** Euclidean norm of a neuron's incoming weights, biases not counted: magnitude pruning (Li et al., ICLR 2017). */
import type { Measure } from "./measure.ts";
import { overIncoming, square } from "./weight-sums.ts";

export const inNorm: Measure<"weights"> = {
  name: "in-norm",
  id: "in_norm",
  title: "Incoming norm",
  meaning: "how large the neuron's incoming weights are together, as the length of their vector; no data take part",
  unit: "none",
  needs: ["weights"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ weights }) => overIncoming(weights.incoming, square).map(Math.sqrt),
};
