/** Bounds of rounding through whole networks: each layer's own (see rounding.ts) and what it hands on to the next. */
import { type ActivationLike, activationOfLayer } from "../../src/core/activation.ts";
import { derivative, hiddenDelta, outputDelta, parameterGradient } from "../../src/reference/backward.ts";
import { forwardLayer, forwardNetwork, type RealLayer, type RealNetwork } from "../../src/reference/forward.ts";
import { activationBound, derivativeBound, outputDeltaBounds, sumBound, ULP } from "./rounding.ts";
import { magnitudes } from "./rows.ts";

export interface Bounded {
  /** In float64, [samples, outputs]. */
  readonly values: Float64Array;
  /** How far float32 may be off. */
  readonly bounds: Float64Array;
}

function absoluteLayer(layer: RealLayer): RealLayer {
  return { ...layer, weights: magnitudes(layer.weights), biases: magnitudes(layer.biases) };
}

/** Outputs of every layer with their bounds. */
export function forwardBounds({ activation, layers }: RealNetwork, inputs: ArrayLike<number>): Bounded[] {
  const values = forwardNetwork({ activation, layers }, inputs);
  // A byte becomes a float by a product with a rounded 1 / 255: 2 ULP.
  let source: Bounded = { values: Float64Array.from(inputs), bounds: magnitudes(inputs).map((x) => 2 * ULP * x) };
  return layers.map((layer, index) => {
    const absolute = absoluteLayer(layer);
    const sums = forwardLayer(source.values, layer, "identity");
    const own = forwardLayer(magnitudes(source.values), absolute, "identity");
    const handedOn = forwardLayer(source.bounds, { ...absolute, biases: new Float64Array(layer.outputs) }, "identity");
    const bounds = sums.map((z, at) => {
      const zBound = sumBound(layer.inputs + 1, own[at]!) + handedOn[at]!;
      return activationBound(z, zBound, activationOfLayer(activation, index, layers.length));
    });
    source = { values: values[index]!, bounds };
    return source;
  });
}

/** Bounds of the gradients of the mean loss over a batch, per layer [outputs, inputs] and [outputs]. */
export function gradientBounds(network: RealNetwork, inputs: ArrayLike<number>, labels: ArrayLike<number>, l2: number) {
  const { layers, activation } = network;
  const outputs = forwardBounds(network, inputs);
  const pixels = { values: Float64Array.from(inputs), bounds: magnitudes(inputs).map((x) => 2 * ULP * x) };
  const bounds: { readonly weights: Float64Array; readonly biases: Float64Array }[] = [];
  let delta = boundedOutputDelta(outputs.at(-1)!, labels, layers.at(-1)!.outputs);
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = absoluteLayer(layers[index]!);
    const source = outputs[index - 1] ?? pixels;
    bounds.unshift(layerGradientBounds(delta, source, layer, l2, labels.length));
    if (index > 0)
      delta = boundedHiddenDelta(
        delta,
        layers[index]!,
        source,
        activationOfLayer(activation, index - 1, layers.length),
      );
  }
  return bounds;
}

/** Deltas of logits that are off by their bounds. */
export function boundedOutputDelta(logits: Bounded, labels: ArrayLike<number>, classes: number): Bounded {
  const { delta } = outputDelta(logits.values, labels, classes);
  const bounds = Array.from(labels, (label, s) => {
    const row = [...logits.values.subarray(s * classes, (s + 1) * classes)];
    const logitBound = Math.max(...logits.bounds.subarray(s * classes, (s + 1) * classes));
    return outputDeltaBounds(row, label, labels.length, logitBound);
  });
  return { values: delta, bounds: Float64Array.from(bounds.flat()) };
}

/** Deltas of the layer below. */
export function boundedHiddenDelta(
  next: Bounded,
  layer: RealLayer,
  outputs: Bounded,
  activation: ActivationLike,
): Bounded {
  const absolute = absoluteLayer(layer);
  const plainSums = new Float64Array(outputs.values.length).fill(1); // relu's derivative is 1 there
  const sums = hiddenDelta(magnitudes(next.values), absolute, plainSums, "relu");
  const handedOn = hiddenDelta(next.bounds, absolute, plainSums, "relu");
  const bounds = sums.map((sum, at) => {
    const t = outputs.values[at]!;
    const own = Math.abs(derivative(t, activation)) * (sumBound(layer.outputs + 1, sum) + handedOn[at]!);
    return own + (sum + handedOn[at]!) * derivativeBound(t, outputs.bounds[at]!, activation);
  });
  return { values: hiddenDelta(next.values, layer, outputs.values, activation), bounds };
}

/** Each product is off by the delta's share, the source's share and both; then the sum's own rounding. */
export function layerGradientBounds(delta: Bounded, source: Bounded, absolute: RealLayer, l2: number, samples: number) {
  const noDecay = 0;
  const sizes = parameterGradient(magnitudes(delta.values), magnitudes(source.values), absolute, l2);
  const upper = source.bounds.map((bound, at) => Math.abs(source.values[at]!) + bound);
  const fromDelta = parameterGradient(delta.bounds, upper, absolute, noDecay);
  const fromSource = parameterGradient(magnitudes(delta.values), source.bounds, absolute, noDecay);
  const total = (part: "weights" | "biases"): Float64Array =>
    sizes[part].map((size, at) => {
      const inherited = fromDelta[part][at]! + (part === "weights" ? fromSource[part][at]! : 0);
      return sumBound(samples + 1, size) + inherited;
    });
  return { weights: total("weights"), biases: total("biases") };
}
