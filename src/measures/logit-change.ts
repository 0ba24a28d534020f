/** Root of the mean squared length of what the logits change by without the neuron. */
import { removalMeasures } from "./removal-measures.ts";

export const logitChanges = removalMeasures({
  name: "logit-change",
  title: "Logit change",
  meaning: "how far the logits move together",
  unit: "logit",
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ squares }, samples) => squares.map((sum) => Math.sqrt(sum / samples)),
});
