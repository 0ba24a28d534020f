/** What each kind of layer computes, in float64 on plain rows: the twins of its shaders, by kind. */
import type { ActivationLike } from "../core/activation.ts";
import { type KindName, kindNameOf, type Layer } from "../core/layers/registry.ts";
import { hiddenDelta, type LayerGradient, parameterGradient } from "./backward.ts";
import { forwardLayer } from "./forward.ts";

/** A layer of any kind and precision; core's layers are. */
export type RealLayer = Omit<Layer, "weights" | "biases"> & {
  readonly weights: ArrayLike<number>;
  readonly biases: ArrayLike<number>;
};

interface LayerReference {
  /** act(z), [samples, values of the layer]. */
  forward(inputs: ArrayLike<number>, layer: RealLayer, activation: ActivationLike): Float64Array;
  /**
   * d(loss) / d(z) of the layer below, [samples, inputs].
   * @param delta d(loss) / d(z) of this layer
   * @param slopes act' of the layer below
   */
  inputDelta(delta: ArrayLike<number>, layer: RealLayer, slopes: ArrayLike<number>): Float64Array;
  /** Gradient of the loss plus l2 times the sum of squared weights. */
  gradient(delta: ArrayLike<number>, inputs: ArrayLike<number>, layer: RealLayer, l2: number): LayerGradient;
}

const references: Readonly<Record<KindName, LayerReference>> = {
  dense: { forward: forwardLayer, inputDelta: hiddenDelta, gradient: parameterGradient },
};

export function referenceOf(layer: Pick<RealLayer, "kind">): LayerReference {
  return references[kindNameOf(layer)];
}

/** act(z) of a layer of any kind. */
export function layerOutputs(inputs: ArrayLike<number>, layer: RealLayer, activation: ActivationLike): Float64Array {
  return referenceOf(layer).forward(inputs, layer, activation);
}
