/** Twin of shaders/start-signal.wgsl in float64. */
import { outputDelta } from "./backward.ts";

/**
 * What flows back from each logit: the derivative of the sample's cross-entropy, that of the label's logit, that logit itself, or the prediction;
 * of a class k that is `chosen`, the derivative of its logit, or sqrt(p_k) ([c = k] - p_c).
 * @param logits [samples, classes]; of `label` none are needed
 * @returns [samples, classes]
 */
export function startSignal(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  kind: "loss" | "label" | "logit" | "prediction" | "unit" | "spread",
  chosen = 0,
): Float64Array {
  const isLabel = (index: number) => index % classes === labels[Math.floor(index / classes)];
  if (kind === "loss" || kind === "prediction") {
    // output_delta is of a mean.
    const derivatives = outputDelta(logits, labels, classes).delta.map((value) => value * labels.length);
    return kind === "loss" ? derivatives : derivatives.map((value, index) => value + (isLabel(index) ? 1 : 0));
  }
  if (kind === "unit") {
    return Float64Array.from({ length: labels.length * classes }, (_, index) => (index % classes === chosen ? 1 : 0));
  }
  if (kind === "spread") {
    const predictions = startSignal(logits, labels, classes, "prediction");
    return predictions.map((p, index) => {
      const of = predictions[index - (index % classes) + chosen]!;
      return Math.sqrt(of) * ((index % classes === chosen ? 1 : 0) - p);
    });
  }
  return Float64Array.from({ length: labels.length * classes }, (_, index) => {
    if (!isLabel(index)) return 0;
    return kind === "label" ? 1 : logits[index]!;
  });
}
