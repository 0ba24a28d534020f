/** The matrices of quadratic orders in float64, sample by sample: [hidden neurons, hidden neurons], layer after layer. */
import type { ReplacementMode } from "../core/ablation.ts";
import { type Layer, shapeOf } from "../core/layers/registry.ts";
import { type EvidenceSource, outputGradients } from "./evidence.ts";
import { forwardNetwork } from "./network.ts";
import { replacements } from "./removals.ts";
import { startSignal } from "./start-signal.ts";

export type QuadraticKind = "reconstruction" | "logit" | "fisher";

/** A neuron: its hidden layer, and its number there, both from 0. */
interface Place {
  readonly layer: number;
  readonly unit: number;
}

/** E[D_j D_k] times what `weight` gives for a sample. */
function expected(
  deviations: readonly Float64Array[],
  widths: readonly number[],
  samples: number,
  weight: (j: Place, k: Place, sample: number) => number,
): Float64Array {
  const places = widths.flatMap((width, layer) => Array.from({ length: width }, (_, unit): Place => ({ layer, unit })));
  const deviation = ({ layer, unit }: Place, sample: number) => deviations[layer]![sample * widths[layer]! + unit]!;
  return Float64Array.from(
    places.flatMap((j) =>
      places.map((k) => {
        let sum = 0;
        for (let s = 0; s < samples; s++) sum += deviation(j, s) * deviation(k, s) * weight(j, k, s);
        return sum / samples;
      }),
    ),
  );
}

export function quadraticMatrix(source: EvidenceSource, kind: QuadraticKind, mode: ReplacementMode): Float64Array {
  const { network, inputs, labels } = source;
  const layers = network.layers as readonly Layer[];
  const widths = layers.slice(0, -1).map((layer) => shapeOf(layer).units);
  const classes = shapeOf(layers.at(-1)!).units;
  const outputs = forwardNetwork(network, inputs);
  const deviations = widths.map((width, layer) => {
    const constants = replacements(outputs[layer]!, width, mode);
    return outputs[layer]!.map((value, at) => value - constants[at % width]!);
  });
  if (kind === "reconstruction") {
    return expected(deviations, widths, labels.length, (j, k) => {
      if (j.layer !== k.layer) return 0;
      const { weights } = layers[j.layer + 1]!;
      const width = widths[j.layer]!;
      return weights.reduce(
        (sum, w, at) => (at % width === j.unit ? sum + w * weights[at - j.unit + k.unit]! : sum),
        0,
      );
    });
  }
  const logits = outputs.at(-1)!;
  const predictions = startSignal(logits, labels, classes, "prediction");
  const slopes = Array.from({ length: classes }, (_, c) =>
    outputGradients(network, inputs, outputs, startSignal(logits, labels, classes, "unit", c)),
  );
  const slope = ({ layer, unit }: Place, c: number, sample: number) =>
    slopes[c]![layer]![sample * widths[layer]! + unit]!;
  return expected(deviations, widths, labels.length, (j, k, sample) => {
    const of = (c: number) => predictions[sample * classes + c]!;
    let [sum, meanJ, meanK] = [0, 0, 0];
    for (let c = 0; c < classes; c++) {
      const share = kind === "logit" ? 1 : of(c);
      sum += share * slope(j, c, sample) * slope(k, c, sample);
      meanJ += share * slope(j, c, sample);
      meanK += share * slope(k, c, sample);
    }
    return kind === "logit" ? sum : sum - meanJ * meanK;
  });
}
