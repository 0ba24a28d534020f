/**
 * What the loss over the validation set rises by without the neuron, other neurons intact (Mozer and Smolensky, NIPS 1988; the "oracle"
 * of Molchanov et al., arXiv:1611.06440). Below 0 where the network does better without it.
 */
import { removalMeasures } from "./removal-measures.ts";

export const singleRemovals = removalMeasures({
  name: "single",
  title: "Single removal",
  meaning: "by how much the loss on the validation set rises",
  unit: "nat",
  traits: { labelInvariant: true },
  evaluate: ({ losses }, samples) => losses.map((sum) => sum / samples),
});
