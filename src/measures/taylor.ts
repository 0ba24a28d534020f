/**
 * Mean size of g t, the first-order estimate of what setting the output t to 0 does to the loss (Molchanov et al., ICLR 2017,
 * arXiv:1611.06440). A mean over samples: it does not grow with the data.
 */
import type { Measure } from "./measure.ts";

export const taylor: Measure<"gradients"> = {
  name: "taylor",
  id: "taylor",
  title: "Taylor",
  meaning: "by how much the loss of a sample would change, on average and to first order, were the neuron's output 0",
  unit: "nat",
  needs: ["gradients"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ samples, gradients: { productSizes } }) => productSizes.map((sum) => sum / samples),
};
