/**
 * Conductance of the label's logit through the neuron (Dhamdhere, Sundararajan and Yan, ICLR 2019): the derivative by its output
 * times what the output changes by, along the straight path from inputs of 0 to the sample's, in 64 steps.
 */
import type { Measure } from "./measure.ts";

export const conductance: Measure<"path"> = {
  name: "conductance",
  id: "conductance",
  title: "Conductance",
  meaning:
    "how much of the label's logit, on average, goes through the neuron while the inputs grow from 0 to the sample",
  unit: "logit",
  needs: ["path"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ samples, path: { conductances } }) => conductances.map((sum) => sum / samples),
};
