/**
 * Initial parameters: uniform(+-1 / sqrt(fan_in)) for weights and biases, keyed by (seed, repeat) alone. It is what PyTorch's
 * nn.Linear does, and does not depend on the activation, so that networks which differ in it start alike.
 */
import type { NetworkActivation } from "../core/activation.ts";
import type { DenseLayer, Network, Widths } from "../core/network.ts";
import { RandomSequence, streams } from "../core/random.ts";

function uniformArray(random: RandomSequence, length: number, bound: number): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.nextUnit() - 1) * bound);
}

/** Each layer draws from its own instance of the stream, so one layer's width does not shift another's values. */
function initialLayer(seed: number, repeat: number, layer: number, inputs: number, outputs: number): DenseLayer {
  const random = new RandomSequence(seed, repeat, streams.initialisation, layer);
  const bound = 1 / Math.sqrt(inputs);
  const weights = uniformArray(random, outputs * inputs, bound);
  return { inputs, outputs, weights, biases: uniformArray(random, outputs, bound) };
}

export function initialNetwork(seed: number, repeat: number, widths: Widths, activation: NetworkActivation): Network {
  const layers = widths.slice(1).map((outputs, layer) => initialLayer(seed, repeat, layer, widths[layer]!, outputs));
  return { activation, layers };
}
