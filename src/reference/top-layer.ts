/** Float64 twin of shaders/top-layer.wgsl on plain rows: the twins of the four kernels that it stands for. */
import { hiddenDelta, type LayerGradient, outputDelta, parameterGradient } from "./backward.ts";
import { forwardLayer, type RealDense } from "./forward.ts";

export interface TopLayerStep {
  /** [samples]: cross-entropy, nats. */
  readonly losses: Float64Array;
  /** [samples, inputs]. */
  readonly below_delta: Float64Array;
  readonly gradient: LayerGradient;
}

/**
 * @param inputs activations of the layer below, [samples, inputs]
 * @param slopes act' there, [samples, inputs]
 */
export function stepTopLayer(
  inputs: ArrayLike<number>,
  layer: RealDense,
  labels: ArrayLike<number>,
  slopes: ArrayLike<number>,
  l2: number,
): TopLayerStep {
  const { delta, losses } = outputDelta(forwardLayer(inputs, layer, "identity"), labels, layer.outputs);
  return {
    losses,
    below_delta: hiddenDelta(delta, layer, slopes),
    gradient: parameterGradient(delta, inputs, layer, l2),
  };
}
