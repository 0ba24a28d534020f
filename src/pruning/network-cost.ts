/** What a network costs wherever it runs. */
import type { Network } from "../core/network.ts";

export interface NetworkCost {
  /** Weights and biases. */
  readonly parameters: number;
  /** One for each weight. */
  readonly multiplyAddsPerSample: number;
}

export function networkCost({ layers }: Network): NetworkCost {
  const weights = layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const biases = layers.reduce((sum, { outputs }) => sum + outputs, 0);
  return { parameters: weights + biases, multiplyAddsPerSample: weights };
}
