/** Mean divergence (Kullback-Leibler) of the intact prediction from the one without the neuron, whatever the label. */
import { removalMeasures } from "./removal-measures.ts";

export const outputDivergences = removalMeasures({
  name: "output-divergence",
  title: "Output divergence",
  meaning: "how far the prediction moves, right or wrong,",
  unit: "nat",
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: ({ divergences }, samples) => divergences.map((sum) => sum / samples),
});
