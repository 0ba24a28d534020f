/** A chain of dense layers as a file says it: what `Network` does not keep is what the file does with the last outputs. */
import { activationOfLayer, type LayerActivation, networkActivation } from "./activation.ts";
import { RunError } from "./errors.ts";
import { type KnownInputs, knownInputs } from "./input-treatment.ts";
import { type DenseLayer, oneLogit, twoLogits } from "./layers/dense.ts";
import { hiddenLayers, shapeText } from "./layers/network-shape.ts";
import { type Layer, shapeOf } from "./layers/registry.ts";
import type { InputForm, Network } from "./network.ts";

export const weightsLayouts = ["out-in", "in-out"] as const;
/** Whether a matrix of weights is [outputs, inputs] or [inputs, outputs] in a file. */
export type WeightsLayout = (typeof weightsLayouts)[number];

const outputActivations = ["none", "softmax", "log-softmax", "sigmoid"] as const;
/** What the file does with the last layer's outputs. The study takes the logits in front of it. */
export type OutputActivation = (typeof outputActivations)[number];

export type HiddenLayer = Layer & { readonly activation: LayerActivation };

export interface LayerChain extends KnownInputs {
  /** First to last; each takes as many inputs as the one before has outputs. */
  readonly hidden: readonly HiddenLayer[];
  /** Gives the logits. */
  readonly last: DenseLayer;
  readonly output: OutputActivation;
  /** What the file says of its inputs; absent where they are a sample's numbers as data hold them. */
  readonly input?: InputForm;
}

export function toChain({ activation, layers, ...known }: Network): LayerChain {
  const hidden = hiddenLayers(layers).map((layer, index) => {
    return { ...layer, activation: activationOfLayer(activation, index, layers.length) };
  });
  return { hidden, last: layers.at(-1)!, output: "none", ...knownInputs(known) };
}

/**
 * The network of a chain. Its last layer's activation is left out: softmax, log-softmax and sigmoid do not change which
 * output is highest.
 * @param where the file, for messages.
 * @throws RunError where there is no hidden layer.
 */
export function toNetwork({ hidden, last, output, input, ...known }: LayerChain, where: string): Network {
  if (hidden.length === 0) {
    throw new RunError({
      what: "the network has no hidden layer, so no neurons to measure",
      where,
      expected: "at least two dense layers",
      found: `one dense layer, ${shapeText([shapeOf(last)])}`,
      fix: "take a network with a hidden layer",
    });
  }
  return {
    activation: networkActivation(hidden.map(({ activation }) => activation)),
    layers: [...hidden.map(({ activation: _, ...layer }) => layer), twoLogits(last)],
    ...(input && { input }),
    ...knownInputs(known),
    ...(shapeOf(last).units === 1 && { singleOutput: output === "sigmoid" ? "sigmoid" : "logit" }),
  };
}

/** The last layer as it stands in files: of two logits that are one output, their difference. */
function lastAsFiled({ layers, singleOutput }: Network): DenseLayer {
  const last = layers.at(-1)!;
  return singleOutput === undefined ? last : oneLogit(last);
}

/** All layers, the last one as `lastAsFiled`. */
export function layersAsFiled(network: Network): readonly Layer[] {
  return [...hiddenLayers(network.layers), lastAsFiled(network)];
}
