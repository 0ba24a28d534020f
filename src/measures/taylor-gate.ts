/** Square of the mean of g t: the squared derivative of the mean loss by a gate on the neuron (Molchanov et al., CVPR 2019). */
import type { Measure } from "./measure.ts";

export const taylorGate: Measure<"gradients"> = {
  name: "taylor-gate",
  id: "taylor_gate",
  title: "Taylor gate",
  meaning:
    "by how much the loss over all samples would change, to first order and squared, were the neuron's output 0; changes of either sign cancel",
  unit: "squared-nat",
  needs: ["gradients"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ samples, gradients: { products } }) => products.map((sum) => (sum / samples) * (sum / samples)),
};
