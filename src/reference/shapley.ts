/** Twin of src/ablation/shapley in float64: the Shapley value by its definition, over the loss without every subset of a layer. */
import { activationOfLayer } from "../core/activation.ts";
import { type Layer, shapeOf } from "../core/layers/registry.ts";
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
  const classes = shapeOf(layers.at(-1)! as Layer).units;
  let sum = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    sum += crossEntropy([...values.subarray(sample * classes, (sample + 1) * classes)], labels[sample]!);
  }
  return sum / labels.length;
}

/** [units]: sum over the sets R of other neurons of |R|! (units - 1 - |R|)! / units! times what the loss rises by. */
export function shapleyValues(from: RemovableLayer): Float64Array {
  const units = from.constants.length;
  const losses = Float64Array.from({ length: 2 ** units }, (_, removed) => lossWithout(from, removed));
  return Float64Array.from({ length: units }, (_, unit) => {
    let value = 0;
    for (let others = 0; others < 2 ** units; others++) {
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
