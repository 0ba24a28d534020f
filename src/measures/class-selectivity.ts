/**
 * Class selectivity (Morcos et al., arXiv:1803.06959): (top - rest) / (top + rest), with top the largest class mean of a neuron's
 * output and rest the mean of the other classes' means. Outputs count from the activation's infimum, so that no mean is negative.
 */
import { infimumOf } from "../core/activation-values.ts";
import type { LayerEvidence } from "../core/evidence.ts";
import { greatest } from "../core/long-arrays.ts";
import type { Measure } from "./measure.ts";
import { classMeans } from "./output-moments.ts";

/** 0 where top and rest are both 0, and where only one class has samples, so that there is no rest. */
function selectivity(evidence: LayerEvidence<"classSums" | "activation">, unit: number): number {
  // Rounded sums may lie below the infimum.
  const infimum = infimumOf(evidence.activation)!;
  const means = classMeans(evidence, unit).map((mean) => Math.max(0, mean - infimum));
  if (means.length < 2) return 0;
  const top = greatest(means);
  const rest = (means.reduce((sum, mean) => sum + mean, 0) - top) / (means.length - 1);
  return top + rest === 0 ? 0 : Math.max(0, (top - rest) / (top + rest));
}

export const classSelectivity: Measure<"classSums" | "activation"> = {
  name: "class-selectivity",
  id: "class_selectivity",
  title: "Class selectivity",
  meaning:
    "how far the neuron's mean output for its strongest class stands above that for the other classes: 0 where all are alike, 1 where it is silent for all others",
  unit: "share",
  needs: ["classSums", "activation"],
  traits: { neverNegative: true, labelInvariant: true },
  evaluate: (evidence) => Float64Array.from({ length: evidence.units }, (_, unit) => selectivity(evidence, unit)),
  top: () => 1,
  refuses: (activation) =>
    infimumOf(activation) === undefined
      ? `outputs of ${activation.kind} have no lower bound, from which class means could be counted`
      : undefined,
};
