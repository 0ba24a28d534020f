/**
 * Mean size of the loss's derivative by the neuron's output (Mozer and Smolensky, NIPS 1988), sample by sample: of a mean over
 * samples gains and losses would cancel.
 */
import type { Measure } from "./measure.ts";

export const sensitivity: Measure<"gradients"> = {
  name: "sensitivity",
  id: "sensitivity",
  title: "Sensitivity",
  meaning: "by how much the loss of a sample changes, on average, when the neuron's output changes a little",
  unit: "nat",
  needs: ["gradients"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ samples, gradients: { sizes } }) => sizes.map((sum) => sum / samples),
};
