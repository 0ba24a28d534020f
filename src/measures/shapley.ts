/**
 * A neuron's share of what its layer is worth: the Shapley value (Shapley 1953) in the game whose players are the neurons of the hidden
 * layer and whose value is minus the loss over the validation set with only some of them intact (Ghorbani and Zou, "Neuron Shapley",
 * NeurIPS 2020). Below 0 where the network does better without the neuron, on average over what else is gone.
 */
import { type AblationMode, ablationModes } from "../core/ablation.ts";
import type { Measure } from "./measure.ts";

const kinds = { zero: "zeroShapley", mean: "meanShapley" } as const;
const replacements: Readonly<Record<AblationMode, string>> = { zero: "0", mean: "their means" };

type ShapleyKind = (typeof kinds)[AblationMode];

/** One for zeros, one for means. */
export const shapleyMeasures: readonly Measure[] = ablationModes.map((mode): Measure<ShapleyKind> => {
  const kind = kinds[mode];
  return {
    name: `shapley-${mode}`,
    id: `shapley_${mode}`,
    title: `Shapley value (${mode})`,
    meaning:
      "by how much the loss on the validation set rises at the neuron's turn when all neurons of its layer are replaced by " +
      `${replacements[mode]} one after another, on average over the orders in which that can be done`,
    unit: "nat",
    needs: [kind],
    mode,
    traits: { labelInvariant: true },
    evaluate: (evidence) => evidence[kind].values,
    standardError: (evidence) => evidence[kind].standardErrors,
  };
});
