/** Population variance of a neuron's unquantised output over the validation set. */
import type { Measure } from "./measure.ts";
import { variance } from "./output-moments.ts";

export const activationVariance: Measure<"classSums"> = {
  name: "activation-variance",
  id: "activation_variance",
  title: "Activation variance",
  meaning: "how far the neuron's output spreads around its mean: 0 where it is the same for every sample",
  unit: "none",
  needs: ["classSums"],
  traits: { neverNegative: true, constantIsZero: true, labelInvariant: true },
  evaluate: (evidence) => Float64Array.from({ length: evidence.units }, (_, unit) => variance(evidence, unit)),
};
