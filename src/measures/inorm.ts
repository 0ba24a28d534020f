/** Mean size of a neuron's incoming weights, biases not counted: the I-norm of He et al. (ICASSP 2014). */
import type { Measure } from "./measure.ts";
import { overIncoming } from "./weight-sums.ts";

export const inorm: Measure<"weights"> = {
  name: "inorm",
  id: "inorm",
  title: "Mean incoming weight",
  meaning: "how large the neuron's incoming weights are on average, whatever their signs; no data take part",
  unit: "none",
  needs: ["weights"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ weights: { incoming } }) => overIncoming(incoming, Math.abs).map((sum) => sum / incoming.inputs),
};
