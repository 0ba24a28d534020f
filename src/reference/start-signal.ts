/** Twin of shaders/start-signal.wgsl in float64. */
import { outputDelta } from "./backward.ts";

/**
 * What flows back from each logit: the derivative of the sample's cross-entropy, that of the label's logit, or that logit itself.
 * @param logits [samples, classes]; of `label` none are needed
 * @returns [samples, classes]
 */
export function startSignal(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  kind: "loss" | "label" | "logit",
): Float64Array {
  // output_delta is of a mean.
  if (kind === "loss") return outputDelta(logits, labels, classes).delta.map((value) => value * labels.length);
  return Float64Array.from({ length: labels.length * classes }, (_, index) => {
    if (index % classes !== labels[Math.floor(index / classes)]) return 0;
    return kind === "label" ? 1 : logits[index]!;
  });
}
