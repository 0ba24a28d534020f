/** What a network costs wherever it runs. */
import { multiplyAdds } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";

interface NetworkCost {
  /** Weights and biases. */
  readonly parameters: number;
  readonly multiplyAddsPerSample: number;
}

export function networkCost(network: Network): NetworkCost {
  const parameters = network.layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  return { parameters, multiplyAddsPerSample: multiplyAdds(networkShape(network)) };
}
