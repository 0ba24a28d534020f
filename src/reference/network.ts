/** A whole network in float64, forward and backward, layer by layer. */
import { type ActivationLike, activationOfLayer, type NetworkActivation, needsKeptSlope } from "../core/activation.ts";
import { derivative, type LayerGradient, outputDelta } from "./backward.ts";
import { keptSlope } from "./forward.ts";
import { layerOutputs, type RealLayer, referenceOf } from "./layers.ts";

export interface RealNetwork {
  readonly activation: NetworkActivation;
  readonly layers: readonly RealLayer[];
}

/** Outputs of every layer, first to last, [samples, values] each; the last are logits. */
export function forwardNetwork({ activation, layers }: RealNetwork, inputs: ArrayLike<number>): Float64Array[] {
  const outputs: Float64Array[] = [];
  for (const [index, layer] of layers.entries()) {
    const own = activationOfLayer(activation, index, layers.length);
    outputs.push(layerOutputs(outputs[index - 1] ?? inputs, layer, own));
  }
  return outputs;
}

/** act' of every value of a layer. @param values its outputs for `inputs` */
export function layerSlopes(
  inputs: ArrayLike<number>,
  layer: RealLayer,
  values: Float64Array,
  activation: ActivationLike,
): Float64Array {
  if (!needsKeptSlope(activation)) return values.map((t) => derivative(t, activation));
  return layerOutputs(inputs, layer, "identity").map((z) => keptSlope(z, activation));
}

interface NetworkGradient {
  /** Cross-entropy summed over the samples, nats, without the L2 term. */
  readonly loss: number;
  /** Gradients of the mean cross-entropy plus l2 times the sum of squared weights. */
  readonly layers: readonly LayerGradient[];
}

/** The whole chain: forward, output delta, deltas from the top, gradients. */
export function networkGradient(
  network: RealNetwork,
  inputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  l2: number,
): NetworkGradient {
  const { layers, activation } = network;
  const outputs = forwardNetwork(network, inputs);
  const top = layers.length - 1;
  const { delta, losses } = outputDelta(outputs[top]!, labels, outputs[top]!.length / labels.length);
  const gradients: LayerGradient[] = [];
  let current = delta;
  for (let index = top; index >= 0; index--) {
    const layer = layers[index]!;
    gradients.unshift(referenceOf(layer).gradient(current, outputs[index - 1] ?? inputs, layer, l2));
    if (index === 0) continue;
    const below = activationOfLayer(activation, index - 1, layers.length);
    const slopes = layerSlopes(outputs[index - 2] ?? inputs, layers[index - 1]!, outputs[index - 1]!, below);
    current = referenceOf(layer).inputDelta(current, layer, slopes);
  }
  return { loss: losses.reduce((sum, value) => sum + value, 0), layers: gradients };
}

/** What training minimises: mean cross-entropy plus l2 times the sum of squared weights. */
export function objective(
  network: RealNetwork,
  inputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  l2: number,
): number {
  const logits = forwardNetwork(network, inputs).at(-1)!;
  const { losses } = outputDelta(logits, labels, logits.length / labels.length);
  let squares = 0;
  for (const { weights } of network.layers) for (let w = 0; w < weights.length; w++) squares += weights[w]! ** 2;
  return losses.reduce((sum, value) => sum + value, 0) / labels.length + l2 * squares;
}
