/** A chain of dense layers as a file says it: what `Network` does not keep is what the file does with the last outputs. */
import { activationOfLayer, type LayerActivation, networkActivation } from "./activation.ts";
import { RunError } from "./errors.ts";
import { type KnownInputs, knownInputs } from "./input-treatment.ts";
import type { DenseLayer, Network } from "./network.ts";

export {
  defaultAlphas,
  type LayerActivation,
  layerActivation,
} from "./activation.ts";

export const weightsLayouts = ["out-in", "in-out"] as const;
/** Whether a matrix of weights is [outputs, inputs] or [inputs, outputs] in a file. */
export type WeightsLayout = (typeof weightsLayouts)[number];

export const outputActivations = ["none", "softmax", "log-softmax", "sigmoid"] as const;
/** What the file does with the last layer's outputs. The study takes the logits in front of it. */
export type OutputActivation = (typeof outputActivations)[number];

export interface HiddenLayer extends DenseLayer {
  readonly activation: LayerActivation;
}

export interface LayerChain extends KnownInputs {
  /** First to last; each takes as many inputs as the one before has outputs. */
  readonly hidden: readonly HiddenLayer[];
  /** Gives the logits. */
  readonly last: DenseLayer;
  readonly output: OutputActivation;
}

export function toChain({ activation, layers, ...known }: Network): LayerChain {
  const hidden = layers
    .slice(0, -1)
    .map((layer, index) => ({ ...layer, activation: activationOfLayer(activation, index, layers.length) }));
  return { hidden, last: layers.at(-1)!, output: "none", ...knownInputs(known) };
}

/**
 * The network of a chain. Its last layer's activation is left out: softmax, log-softmax and sigmoid do not change which
 * output is highest.
 * @param where the file, for messages.
 * @throws RunError where there is no hidden layer.
 */
export function toNetwork({ hidden, last, ...known }: LayerChain, where: string): Network {
  if (hidden.length === 0) {
    throw new RunError({
      what: "the network has no hidden layer, so no neurons to measure",
      where,
      expected: "at least two dense layers",
      found: `one dense layer, ${last.inputs}-${last.outputs}`,
      fix: "take a network with a hidden layer",
    });
  }
  const layers = [...hidden, last].map(({ inputs, outputs, weights, biases }) => ({
    inputs,
    outputs,
    weights,
    biases,
  }));
  return { activation: networkActivation(hidden.map(({ activation }) => activation)), layers, ...knownInputs(known) };
}
