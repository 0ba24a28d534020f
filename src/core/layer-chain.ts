/**
 * A chain of dense layers as a file says it: wider than `Network`, whose hidden layers share one of three activations. What
 * the kernels can compute of it comes out of `toNetwork`.
 */
import { RunError } from "./errors.ts";
import { type Activation, activations, type DenseLayer, type Network } from "./network.ts";

/** Those with a parameter: the slope below 0 (leaky ReLU), or the limit at minus infinity, negated (ELU). */
export const defaultAlphas = { "leaky-relu": 0.01, elu: 1 } as const;
type SlopedKind = keyof typeof defaultAlphas;

/** `gelu` is x Phi(x); `gelu-tanh` its usual approximation; `identity` stands between layers without an activation. */
const plainKinds = [...activations, "gelu", "gelu-tanh", "softplus", "identity"] as const;
type PlainKind = (typeof plainKinds)[number];

export const layerActivationKinds = [...plainKinds, "leaky-relu", "elu"] as const;
export type LayerActivationKind = (typeof layerActivationKinds)[number];

export type LayerActivation =
  | { readonly kind: PlainKind }
  | { readonly kind: SlopedKind /** At least 0. */; readonly alpha: number };

export const weightsLayouts = ["out-in", "in-out"] as const;
/** Whether a matrix of weights is [outputs, inputs] or [inputs, outputs] in a file. */
export type WeightsLayout = (typeof weightsLayouts)[number];

export const outputActivations = ["none", "softmax", "log-softmax", "sigmoid"] as const;
/** What the file does with the last layer's outputs. The study takes the logits in front of it. */
export type OutputActivation = (typeof outputActivations)[number];

export interface HiddenLayer extends DenseLayer {
  readonly activation: LayerActivation;
}

export interface LayerChain {
  /** First to last; each takes as many inputs as the one before has outputs. */
  readonly hidden: readonly HiddenLayer[];
  /** Gives the logits. */
  readonly last: DenseLayer;
  readonly output: OutputActivation;
}

/** The activation of that name with PyTorch's default parameter. */
export function layerActivation(kind: LayerActivationKind): LayerActivation {
  return kind === "leaky-relu" || kind === "elu" ? { kind, alpha: defaultAlphas[kind] } : { kind };
}

export function toChain({ activation, layers }: Network): LayerChain {
  const hidden = layers.slice(0, -1).map((layer) => ({ ...layer, activation: { kind: activation } }));
  return { hidden, last: layers.at(-1)!, output: "none" };
}

function isSupported(kind: LayerActivationKind): kind is Activation {
  return activations.some((supported) => supported === kind);
}

function describe(activation: LayerActivation): string {
  return "alpha" in activation ? `${activation.kind} (alpha ${activation.alpha})` : activation.kind;
}

function unsupported(where: string, layer: number, found: string, expected: string): RunError {
  return new RunError({
    what: `hidden layer ${layer} has an activation that cannot be measured`,
    where,
    expected,
    found,
    fix: "train the network with one of these activations in all hidden layers",
  });
}

/**
 * The network of a chain whose hidden layers all have one and the same supported activation. Its last layer's activation is
 * left out: softmax, log-softmax and sigmoid do not change which output is highest.
 * @param where the file, for messages.
 * @throws RunError that names the layer and its activation, or where there is no hidden layer.
 */
export function toNetwork({ hidden, last }: LayerChain, where: string): Network {
  const [first] = hidden;
  if (first === undefined) {
    throw new RunError({
      what: "the network has no hidden layer, so no neurons to measure",
      where,
      expected: "at least two dense layers",
      found: `one dense layer, ${last.inputs}-${last.outputs}`,
      fix: "take a network with a hidden layer",
    });
  }
  const { kind } = first.activation;
  if (!isSupported(kind)) throw unsupported(where, 1, describe(first.activation), activations.join(", "));
  for (const [index, { activation }] of hidden.entries()) {
    if (activation.kind !== kind) throw unsupported(where, index + 1, describe(activation), `${kind}, as in layer 1`);
  }
  const layers = [...hidden, last].map(({ inputs, outputs, weights, biases }) => ({
    inputs,
    outputs,
    weights,
    biases,
  }));
  return { activation: kind, layers };
}
