/**
 * Initial parameters: uniform(+-1 / sqrt(fan_in)) for weights and biases, keyed by (seed, repeat) alone. It is what PyTorch's
 * nn.Linear does, and does not depend on the activation, so that networks which differ in it start alike.
 */
import type { NetworkActivation } from "../core/activation.ts";
import type { NetworkShape } from "../core/layers/network-shape.ts";
import { kindOf } from "../core/layers/registry.ts";
import type { Network } from "../core/network.ts";
import { RandomSequence, streams } from "../core/random.ts";

/** Each layer draws from its own instance of the stream, so one layer's width does not shift another's values. */
export function initialNetwork(
  seed: number,
  repeat: number,
  shape: NetworkShape,
  activation: NetworkActivation,
): Network {
  const layers = shape.map((layer, index) => {
    return kindOf(layer).initial(layer, new RandomSequence(seed, repeat, streams.initialisation, index));
  });
  return { activation, layers };
}
