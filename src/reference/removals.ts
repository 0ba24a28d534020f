/** Twin of shaders/removals.wgsl in float64: from networks without a neuron, and not from differences. */
import type { ReplacementMode } from "../core/ablation.ts";
import { activationOfLayer } from "../core/activation.ts";
import { type Layer, shapeOf } from "../core/layers/registry.ts";
import { greatest } from "../core/long-arrays.ts";
import { layerOutputs } from "./layers.ts";
import type { RealNetwork } from "./network.ts";

/** What one sample's prediction changes by. */
export interface Change {
  /** What the cross-entropy rises by, nats. */
  readonly loss: number;
  /** Divergence of the intact prediction from the changed one, nats. */
  readonly divergence: number;
  /** Squared length of what the logits change by. */
  readonly square: number;
}

/** [classes] log-probabilities. */
function logSoftmax(logits: readonly number[]): number[] {
  const highest = greatest(logits);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  return logits.map((logit) => logit - highest - Math.log(total));
}

export function changeOf(intact: readonly number[], changed: readonly number[], label: number): Change {
  const [before, after] = [logSoftmax(intact), logSoftmax(changed)];
  return {
    loss: before[label]! - after[label]!,
    divergence: before.reduce((sum, log, c) => sum + Math.exp(log) * (log - after[c]!), 0),
    square: intact.reduce((sum, logit, c) => sum + (logit - changed[c]!) * (logit - changed[c]!), 0),
  };
}

/**
 * Logits where one neuron's output is replaced: [samples, classes].
 * @param outputs of its layer, [samples, units]
 * @param layer of the neuron, from 0
 */
export function logitsWithout(
  { layers, activation }: RealNetwork,
  outputs: ArrayLike<number>,
  layer: number,
  neuron: number,
  constant: number,
): Float64Array {
  const units = shapeOf(layers[layer]! as Layer).units;
  let values: Float64Array = Float64Array.from(outputs, (value, at) => (at % units === neuron ? constant : value));
  for (let above = layer + 1; above < layers.length; above++) {
    values = layerOutputs(values, layers[above]!, activationOfLayer(activation, above, layers.length));
  }
  return values;
}

/** What replaces each neuron. @param outputs [samples, units] */
export function replacements(outputs: Float64Array, units: number, mode: ReplacementMode): Float64Array {
  const means = new Float64Array(units);
  if (mode === "zero") return means;
  for (const [at, value] of outputs.entries()) means[at % units]! += value;
  return means.map((sum) => (sum * units) / outputs.length);
}
