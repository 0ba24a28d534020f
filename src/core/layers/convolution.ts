/** Convolutions: z_o = b_o + sum over taps and channels of w_o,c,ky,kx x_c at the tap (cross-correlation, as everywhere in the field). */
import type { LayerParameters, LayerShape } from "./layer-kind.ts";
import { areaOf, type MapShape, type Window, windowPlaces } from "./maps.ts";

/** One convolution, taps not dilated, all channels in one group. */
export interface ConvolutionLayer extends LayerParameters {
  readonly source: MapShape;
  readonly window: Window;
  /** Channels. */
  readonly outputs: number;
  /** [outputs, channels of the source, kernel y, kernel x], row-major (PyTorch's convention). */
  readonly weights: Float32Array;
  /** [outputs]. */
  readonly biases: Float32Array;
}

export interface ConvolutionShape extends LayerShape {
  readonly source: MapShape;
  readonly window: Window;
}

/** What the layer gives. */
export function convolutionTarget({ source, window }: Pick<ConvolutionShape, "source" | "window">, outputs: number) {
  return { channels: outputs, ...windowPlaces(source, window) } satisfies MapShape;
}

export function convolutionShape(source: MapShape, window: Window, units: number): ConvolutionShape {
  const area = areaOf(windowPlaces(source, window));
  return { units, area, inputs: source.channels * areaOf(source), source, window };
}

/** Weights of a unit. */
export function tapsOf({ window: { kernel } }: Pick<ConvolutionShape, "window">): number {
  return kernel.y * kernel.x;
}
