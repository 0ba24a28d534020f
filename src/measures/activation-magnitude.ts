/** Mean size of a neuron's output: the baseline of Molchanov et al. (arXiv:1611.06440). */
import type { Measure } from "./measure.ts";
import { meanMagnitude } from "./output-moments.ts";

export const activationMagnitude: Measure<"classSums"> = {
  name: "activation-magnitude",
  id: "activation_magnitude",
  title: "Activation magnitude",
  meaning: "how large the neuron's output is on average, whatever its sign",
  unit: "none",
  needs: ["classSums"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: (evidence) =>
    // Sums of float32 may round below what they stand for.
    Float64Array.from({ length: evidence.units }, (_, unit) => Math.max(0, meanMagnitude(evidence, unit))),
};
