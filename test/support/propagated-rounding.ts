/** Bounds of rounding through whole networks: each layer's own (see rounding.ts) and what it hands on to the next. */

import { type ActivationLike, activationOfLayer, needsKeptSlope } from "../../src/core/activation.ts";
import { derivative, hiddenDelta, outputDelta, parameterGradient } from "../../src/reference/backward.ts";
import { forwardLayer, keptSlope } from "../../src/reference/forward.ts";
import type { RealLayer } from "../../src/reference/layers.ts";
import { forwardNetwork, type RealNetwork } from "../../src/reference/network.ts";
import { activationBound, derivativeBound, keptSlopeBound, outputDeltaBounds, sumBound, ULP } from "./rounding.ts";
import { magnitudes } from "./rows.ts";

export interface Bounded {
  /** In float64, [samples, outputs]. */
  readonly values: Float64Array;
  /** How far float32 may be off. */
  readonly bounds: Float64Array;
}

export interface BoundedLayer extends Bounded {
  /** act' of every output. */
  readonly slopes: Bounded;
}

function absoluteLayer(layer: RealLayer): RealLayer {
  return { ...layer, weights: magnitudes(layer.weights), biases: magnitudes(layer.biases) };
}

/** Outputs of every layer with their bounds. */
export function forwardBounds({ activation, layers }: RealNetwork, inputs: ArrayLike<number>): BoundedLayer[] {
  const values = forwardNetwork({ activation, layers }, inputs);
  // A byte becomes a float by a product with a rounded 1 / 255: 2 ULP.
  let source: Bounded = { values: Float64Array.from(inputs), bounds: magnitudes(inputs).map((x) => 2 * ULP * x) };
  return layers.map((layer, index) => {
    const absolute = absoluteLayer(layer);
    const sums = forwardLayer(source.values, layer, "identity");
    const own = forwardLayer(magnitudes(source.values), absolute, "identity");
    const handedOn = forwardLayer(source.bounds, { ...absolute, biases: new Float64Array(layer.outputs) }, "identity");
    const z = { values: sums, bounds: sums.map((_, at) => sumBound(layer.inputs + 1, own[at]!) + handedOn[at]!) };
    const after = activationOfLayer(activation, index, layers.length);
    const bounds = sums.map((sum, at) => activationBound(sum, z.bounds[at]!, after));
    source = { values: values[index]!, bounds };
    return { ...source, slopes: needsKeptSlope(after) ? keptSlopes(z, after) : slopesOf(source, after) };
  });
}

/** act' as the backward pass takes it from outputs. */
export function slopesOf({ values, bounds }: Bounded, activation: ActivationLike): Bounded {
  return {
    values: values.map((t) => derivative(t, activation)),
    bounds: values.map((t, at) => derivativeBound(t, bounds[at]!, activation)),
  };
}

/** act' as the forward pass keeps it, from pre-activations. */
function keptSlopes({ values, bounds }: Bounded, activation: ActivationLike): Bounded {
  return {
    values: values.map((z) => keptSlope(z, activation)),
    bounds: values.map((z, at) => keptSlopeBound(z, bounds[at]!, activation)),
  };
}

/** Bounds of the gradients of the mean loss over a batch, per layer [outputs, inputs] and [outputs]. */
export function gradientBounds(network: RealNetwork, inputs: ArrayLike<number>, labels: ArrayLike<number>, l2: number) {
  const { layers } = network;
  const outputs = forwardBounds(network, inputs);
  const pixels = { values: Float64Array.from(inputs), bounds: magnitudes(inputs).map((x) => 2 * ULP * x) };
  const bounds: { readonly weights: Float64Array; readonly biases: Float64Array }[] = [];
  let delta = boundedOutputDelta(outputs.at(-1)!, labels, layers.at(-1)!.outputs);
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = absoluteLayer(layers[index]!);
    const source = outputs[index - 1] ?? pixels;
    bounds.unshift(layerGradientBounds(delta, source, layer, l2, labels.length));
    if (index > 0) delta = boundedHiddenDelta(delta, layers[index]!, outputs[index - 1]!.slopes);
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

/** Deltas of the layer below, whose act' is `slopes`. */
export function boundedHiddenDelta(next: Bounded, layer: RealLayer, slopes: Bounded): Bounded {
  const absolute = absoluteLayer(layer);
  const plainSums = new Float64Array(slopes.values.length).fill(1);
  const sums = hiddenDelta(magnitudes(next.values), absolute, plainSums);
  const handedOn = hiddenDelta(next.bounds, absolute, plainSums);
  const bounds = sums.map((sum, at) => {
    const own = Math.abs(slopes.values[at]!) * (sumBound(layer.outputs + 1, sum) + handedOn[at]!);
    return own + (sum + handedOn[at]!) * slopes.bounds[at]!;
  });
  return { values: hiddenDelta(next.values, layer, slopes.values), bounds };
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
