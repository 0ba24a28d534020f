/** Twin of src/ablation/shapley in float64: the Shapley value by its definition, over the loss without every subset of the players. */
import { activationOfLayer } from "../core/activation.ts";
import { layerOutputs } from "./layers.ts";
import type { RealNetwork } from "./network.ts";
import { crossEntropy } from "./sweep.ts";

/** A hidden layer whose neurons are removed together. */
interface RemovableLayer {
  readonly network: RealNetwork;
  /** From 0. */
  readonly layer: number;
  /** [samples, units] of the layer. */
  readonly outputs: ArrayLike<number>;
  /** [samples] */
  readonly labels: ArrayLike<number>;
  /** [units]: what stands for removed neurons. */
  readonly constants: ArrayLike<number>;
}

/** Mean cross-entropy, nats, without some neurons: unit u where bit u of `removed` is 1. */
function lossWithout({ network, layer, outputs, labels, constants }: RemovableLayer, removed: number): number {
  const { layers, activation } = network;
  const units = constants.length;
  let values: Float64Array = Float64Array.from(outputs, (value, at) =>
    (removed >> (at % units)) & 1 ? constants[at % units]! : value,
  );
  for (let above = layer + 1; above < layers.length; above++) {
    values = layerOutputs(values, layers[above]!, activationOfLayer(activation, above, layers.length));
  }
  return meanLoss(values, labels);
}

/** Mean cross-entropy, nats. @param logits [samples, classes] */
function meanLoss(logits: Float64Array, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  let sum = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    sum += crossEntropy([...logits.subarray(sample * classes, (sample + 1) * classes)], labels[sample]!);
  }
  return sum / labels.length;
}

/** [units]: of the neurons of one layer. */
export function shapleyValues(from: RemovableLayer): Float64Array {
  const units = from.constants.length;
  return valuesOf(Float64Array.from({ length: 2 ** units }, (_, removed) => lossWithout(from, removed)));
}

/**
 * Of all hidden neurons, layer after layer.
 * @param inputs [samples, inputs of the network]
 * @param constants per hidden layer [units]: what stands for removed neurons
 */
export function networkShapleyValues(
  network: RealNetwork,
  inputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  constants: readonly ArrayLike<number>[],
): Float64Array {
  return valuesOf(Float64Array.from(lossesFrom({ network, labels, constants }, 0, inputs)));
}

interface RemovableNetwork extends Pick<RemovableLayer, "network" | "labels"> {
  readonly constants: readonly ArrayLike<number>[];
}

/** Losses without every subset of the hidden neurons from a layer on, by subset: the lowest bits are of that layer. */
function lossesFrom(from: RemovableNetwork, layer: number, below: ArrayLike<number>): number[] {
  const { network, labels, constants } = from;
  const { layers, activation } = network;
  const values = layerOutputs(below, layers[layer]!, activationOfLayer(activation, layer, layers.length));
  const replaced = constants[layer];
  if (replaced === undefined) return [meanLoss(values, labels)];
  const units = replaced.length;
  const bySubset = Array.from({ length: 2 ** units }, (_, removed) => {
    const left = values.map((value, at) => ((removed >> (at % units)) & 1 ? replaced[at % units]! : value));
    return lossesFrom(from, layer + 1, left);
  });
  return bySubset[0]!.flatMap((_, above) => bySubset.map((losses) => losses[above]!));
}

/**
 * [units]: sum over the sets R of other neurons of |R|! (units - 1 - |R|)! / units! times what the loss rises by.
 * @param losses [2^units]: without the neurons whose bits are 1
 */
function valuesOf(losses: Float64Array): Float64Array {
  const units = Math.log2(losses.length);
  return Float64Array.from({ length: units }, (_, unit) => {
    let value = 0;
    for (let others = 0; others < losses.length; others++) {
      if ((others >> unit) & 1) continue;
      const size = others.toString(2).replaceAll("0", "").length;
      const share = (factorial(size) * factorial(units - 1 - size)) / factorial(units);
      value += share * (losses[others | (1 << unit)]! - losses[others]!);
    }
    return value;
  });
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
