/** Pools: one value of each window and channel. */
import { type ConvolutionShape, convolutionShape } from "./convolution.ts";
import { type MapShape, type Window, windowPlaces } from "./maps.ts";

/** What becomes of the positions of a window that lie within the map. */
export type PoolKind =
  /** The largest. */
  | "max"
  /** Their sum over their number. */
  | "average"
  /** Their sum over that of all positions, the zeros around the map counted (ONNX: count_include_pad). */
  | "average-with-zeros";

export interface Pool {
  readonly kind: PoolKind;
  readonly source: MapShape;
  readonly window: Window;
}

/** What the pool gives. */
export function pooledMap({ source, window }: Pick<Pool, "source" | "window">): MapShape {
  return { channels: source.channels, ...windowPlaces(source, window) };
}

/** As kernels take it: a convolution's geometry, with as many outputs as channels. */
export function poolGeometry({ source, window }: Pool): ConvolutionShape {
  return convolutionShape(source, window, source.channels);
}
