/**
 * Relevance of the neuron for the label's logit by the z+ rule (Bach et al., PLoS ONE 2015; for pruning Yeom et al., Pattern
 * Recognition 2021): each unit shares what it has among the units below it by their positive contributions, without biases.
 */
import type { Measure } from "./measure.ts";

export const relevance: Measure<"relevance"> = {
  name: "relevance",
  id: "relevance",
  title: "Relevance",
  meaning: "how much of the label's logit, on average, is handed down to the neuron by those that it excites",
  unit: "logit",
  needs: ["relevance"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ samples, relevance: { sizes } }) => sizes.map((sum) => sum / samples),
};
