/** Mean size of a neuron's outgoing weights: the o-norm of He et al. (ICASSP 2014). */
import type { Measure } from "./measure.ts";
import { overOutgoing } from "./weight-sums.ts";

export const onorm: Measure<"weights"> = {
  name: "onorm",
  id: "onorm",
  title: "Mean outgoing weight",
  meaning: "how large the weights that read the neuron are on average, whatever their signs; no data take part",
  unit: "none",
  needs: ["weights"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ weights: { outgoing } }) => overOutgoing(outgoing, Math.abs).map((sum) => sum / outgoing.outputs),
};
