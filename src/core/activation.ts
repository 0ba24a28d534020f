/** Activation functions of hidden layers: which there are, and how files write them. */

/** `gelu` is x Phi(x), exact; `gelu-tanh` its usual approximation. */
export const activations = [
  "sigmoid",
  "tanh",
  "relu",
  "leaky-relu",
  "elu",
  "softplus",
  "identity",
  "gelu",
  "gelu-tanh",
] as const;
export type Activation = (typeof activations)[number];

/** Those with a parameter: the slope below 0 (leaky ReLU), or the limit at minus infinity, negated (ELU). */
export const defaultAlphas = { "leaky-relu": 0.01, elu: 1 } as const;
export type SlopedKind = keyof typeof defaultAlphas;

export type LayerActivation =
  | { readonly kind: Exclude<Activation, SlopedKind> }
  | { readonly kind: SlopedKind /** At least 0. */; readonly alpha: number };

/** A name alone stands for the default parameter. */
export type ActivationLike = Activation | LayerActivation;

/** One for all hidden layers, with its default parameter, or one for each, first to last. */
export type NetworkActivation = Activation | readonly LayerActivation[];

/**
 * One-bit quantisation T = [t > theta] (study.md section 1): the value at z = 0, so that the bit is [z > 0] for every
 * function. 0.5 for sigmoid; softplus(0) = log 2; 0 for the others.
 */
export const quantizationThresholds: Readonly<Record<Activation, number>> = {
  sigmoid: 0.5,
  tanh: 0,
  relu: 0,
  "leaky-relu": 0,
  elu: 0,
  softplus: Math.LN2,
  identity: 0,
  gelu: 0,
  "gelu-tanh": 0,
};

/** The activation of that name with PyTorch's default parameter. */
export function layerActivation(kind: Activation): LayerActivation {
  return kind === "leaky-relu" || kind === "elu" ? { kind, alpha: defaultAlphas[kind] } : { kind };
}

export function fullActivation(activation: ActivationLike): LayerActivation {
  return typeof activation === "string" ? layerActivation(activation) : activation;
}

/** 0 for those without a parameter. */
export function alphaOf(activation: ActivationLike): number {
  const full = fullActivation(activation);
  return "alpha" in full ? full.alpha : 0;
}

/** Of layer `layer` of `layers`, the last of which gives logits. */
export function activationOfLayer(activation: NetworkActivation, layer: number, layers: number): LayerActivation {
  if (layer === layers - 1) return { kind: "identity" };
  return typeof activation === "string" ? layerActivation(activation) : activation[layer]!;
}

/** Those of a network's hidden layers, first to last. @param layers with the one that gives logits */
export function hiddenActivations(activation: NetworkActivation, layers: number): LayerActivation[] {
  return Array.from({ length: layers - 1 }, (_, layer) => activationOfLayer(activation, layer, layers));
}

/** By name where all layers have one and the same with its default parameter. */
export function networkActivation(list: readonly LayerActivation[]): NetworkActivation {
  const [first] = list;
  const plain = first !== undefined && list.every((each) => activationText(each) === first.kind);
  return plain ? first.kind : list;
}

function activationText(activation: LayerActivation): string {
  const { kind } = activation;
  const alpha = alphaOf(activation);
  // Formats that hold float32 give 0.01 back as 0.00999999977.
  return Math.fround(alpha) === Math.fround(alphaOf(kind)) ? kind : `${kind}:${alpha}`;
}

/** Whether act' does not follow from act's value, so that training must keep it: GELU is not monotone. */
export function needsKeptSlope(activation: ActivationLike): boolean {
  const { kind } = fullActivation(activation);
  return kind === "gelu" || kind === "gelu-tanh";
}

/** As files write it: `relu`, or one for each hidden layer, `leaky-relu:0.2,tanh`. */
export function networkActivationText(activation: NetworkActivation): string {
  return typeof activation === "string" ? activation : activation.map(activationText).join(",");
}

/** One for all hidden layers, or one for each; undefined where the text is no list of activations. */
export function parseActivations(text: string): LayerActivation[] | undefined {
  const list = text.split(",").map(parseActivation);
  return list.every((each) => each !== undefined) ? list : undefined;
}

function parseActivation(text: string): LayerActivation | undefined {
  const [name, alpha] = text.split(":");
  const kind = activations.find((known) => known === name);
  if (kind === undefined || alpha === undefined) return kind === undefined ? undefined : layerActivation(kind);
  if (!(kind === "leaky-relu" || kind === "elu") || !/^\d+(\.\d+)?(e[+-]?\d+)?$/.test(alpha)) return undefined;
  return { kind, alpha: Number(alpha) };
}

/** The whole network's in one word, for settings and reports. */
export const studyActivations = [...activations, "mixed"] as const;
export type StudyActivation = (typeof studyActivations)[number];

/** `mixed` where hidden layers have different functions; their parameters are in the model files. */
export function studyActivation(activation: NetworkActivation): StudyActivation {
  if (typeof activation === "string") return activation;
  const [first, ...others] = activation;
  return first !== undefined && others.every(({ kind }) => kind === first.kind) ? first.kind : "mixed";
}
