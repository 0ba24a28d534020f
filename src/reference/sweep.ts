/**
 * The ablation sweep in float64: for every step of an order, every sample by itself through every layer. It says what a
 * sweep on the device means; what the device computes is checked against it.
 */

import type { RemovalOrder } from "../core/ablation.ts";
import { activationOfLayer } from "../core/activation.ts";
import type { Split } from "../core/dataset.ts";
import type { RebuiltBelow } from "../core/layers/layer-kind.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { greatest } from "../core/long-arrays.ts";
import { type Network, networkShape } from "../core/network.ts";
import { inputValues } from "./forward.ts";
import { layerOutputs } from "./layers.ts";

/** Per hidden layer, per neuron: the constant that its output is replaced by, or undefined where it is left alone. */
export type Replacements = readonly (readonly (number | undefined)[])[];

interface ReferenceCurve {
  /** [steps] samples classified correctly. */
  readonly correct: Uint32Array;
  /** [steps] mean cross-entropy, nats. */
  readonly loss: Float64Array;
}

/** The first `removed` neurons of the order replaced by the constants of the mode: [hidden layers][neurons]. */
export function replacementsOf(
  network: Network,
  order: RemovalOrder,
  constants: readonly ArrayLike<number>[],
  removed: number,
): Replacements {
  const hidden = hiddenUnits(networkShape(network));
  const replacements = hidden.map((units) => new Array<number | undefined>(units).fill(undefined));
  for (const { layer, neuron } of order.neurons.slice(0, removed)) {
    replacements[layer - 1]![neuron] = constants[layer - 1]![neuron]!;
  }
  return replacements;
}

/** Puts what stands for removed outputs of a layer in their place. */
function rebuild(row: number[], { removed, kept, slopes, intercepts }: RebuiltBelow): void {
  for (const [place, unit] of removed.entries()) {
    row[unit] = kept.reduce(
      (sum, other, column) => sum + slopes[place * kept.length + column]! * row[other]!,
      intercepts[place]!,
    );
  }
}

/**
 * Outputs of every layer for one sample's values, replacements made; the last layer's are the logits.
 * @param rebuilt per hidden layer: outputs that are rebuilt from others of the layer; none by default
 */
export function maskedOutputs(
  network: Network,
  values: ArrayLike<number>,
  replacements: Replacements,
  rebuilt: readonly (RebuiltBelow | undefined)[] = [],
): number[][] {
  const rows: number[][] = [];
  for (const [index, layer] of network.layers.entries()) {
    const own = activationOfLayer(network.activation, index, network.layers.length);
    const row = layerOutputs(rows.at(-1) ?? values, layer, own);
    const replaced = Array.from(row, (value, unit) => replacements[index]?.[unit] ?? value);
    if (rebuilt[index] !== undefined) rebuild(replaced, rebuilt[index]);
    rows.push(replaced);
  }
  return rows;
}

/** The class of the highest logit; the lowest of equals. */
export function predictedClass(logits: readonly number[]): number {
  return logits.indexOf(greatest(logits));
}

/** log sum_c exp(logit_c) - logit_label, nats. */
export function crossEntropy(logits: readonly number[], label: number): number {
  const highest = greatest(logits);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  return Math.log(total) + highest - logits[label]!;
}

/** What the inputs of one sample stand for. */
export function valuesOf({ inputs, count }: Split, sample: number): Float64Array {
  const features = inputs.length / count;
  return inputValues(inputs.subarray(sample * features, (sample + 1) * features));
}

/**
 * Sweeps one order.
 * @param constants per hidden layer [neurons]: what a removed neuron's output becomes: zeros, or means.
 * @param removed [steps]: numbers of removed neurons to evaluate at.
 */
export function referenceSweep(
  network: Network,
  split: Split,
  order: RemovalOrder,
  constants: readonly ArrayLike<number>[],
  removed: ArrayLike<number>,
): ReferenceCurve {
  const correct = new Uint32Array(removed.length);
  const loss = new Float64Array(removed.length);
  for (let step = 0; step < removed.length; step++) {
    const replacements = replacementsOf(network, order, constants, removed[step]!);
    for (let sample = 0; sample < split.count; sample++) {
      const logits = maskedOutputs(network, valuesOf(split, sample), replacements).at(-1)!;
      const label = split.labels[sample]!;
      if (predictedClass(logits) === label) correct[step]!++;
      loss[step]! += crossEntropy(logits, label) / split.count;
    }
  }
  return { correct, loss };
}
