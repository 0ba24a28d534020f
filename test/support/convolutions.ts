/** Made-up convolutions of every awkward form, and their maps as they lie on a device. */
import type { ConvolutionLayer } from "../../src/core/layers/convolution.ts";
import { areaOf, type MapShape, squareWindow, type Window } from "../../src/core/layers/maps.ts";
import type { RandomSequence } from "../../src/core/random.ts";
import { mapQuads } from "../../src/gpu/kernels/convolution.ts";
import { realNumbers, smallIntegers } from "./rows.ts";

export interface ConvolutionCase {
  readonly name: string;
  readonly source: MapShape;
  readonly window: Window;
  readonly outputs: number;
}

const map = (channels: number, height: number, width = height): MapShape => ({ channels, height, width });

/** Kernels of 1 and as large as the map, strides above the kernel, zeros on one side, few and many channels. */
export const convolutionCases: readonly ConvolutionCase[] = [
  { name: "3x3, zeros around", source: map(3, 5, 6), window: squareWindow(3, 1, 1), outputs: 5 },
  { name: "1x1", source: map(5, 3, 4), window: squareWindow(1), outputs: 6 },
  {
    name: "as large as the map",
    source: map(4, 3, 2),
    window: { ...squareWindow(1), kernel: { y: 3, x: 2 } },
    outputs: 9,
  },
  { name: "stride above the kernel", source: map(2, 8, 7), window: squareWindow(2, 3), outputs: 3 },
  {
    name: "strides that differ, kernel that is flat",
    source: map(1, 7, 9),
    window: { ...squareWindow(1, 1), kernel: { y: 1, x: 4 }, stride: { y: 2, x: 3 } },
    outputs: 4,
  },
  {
    name: "zeros above alone",
    source: map(3, 4),
    window: { ...squareWindow(3), padding: { top: 2, bottom: 0, left: 0, right: 0 } },
    outputs: 2,
  },
  {
    name: "zeros to the right alone",
    source: map(3, 4),
    window: { ...squareWindow(3), padding: { top: 0, bottom: 0, left: 0, right: 2 } },
    outputs: 2,
  },
  { name: "windows of zeros alone", source: map(2, 2), window: squareWindow(2, 2, 3), outputs: 3 },
  { name: "1 channel to 17", source: map(1, 6), window: squareWindow(5, 1, 2), outputs: 17 },
  { name: "257 channels", source: map(257, 2), window: squareWindow(2), outputs: 3 },
  { name: "to 33 channels", source: map(6, 4), window: squareWindow(3, 2, 1), outputs: 33 },
];

export function madeUpConvolution(
  random: RandomSequence,
  { source, window, outputs }: ConvolutionCase,
  exact: boolean,
): ConvolutionLayer {
  const values = (length: number) => (exact ? smallIntegers(random, length) : realNumbers(random, length));
  const weights = Float32Array.from(values(outputs * source.channels * window.kernel.y * window.kernel.x));
  return { source, window, outputs, weights, biases: Float32Array.from(values(outputs)) };
}

/** [samples, positions, channels] to rows of lanes; samples past those are `fill`. */
export function packedMaps(
  values: ArrayLike<number>,
  shape: MapShape,
  { slabRows, fill, one = 1 }: { readonly slabRows: number; readonly fill: number; readonly one?: number },
): Float32Array {
  const [area, lanes] = [areaOf(shape), 4 * mapQuads(shape)];
  const packed = new Float32Array(slabRows * area * lanes).fill(fill);
  for (let row = 0; row < values.length / shape.channels; row++) {
    packed.fill(0, row * lanes, (row + 1) * lanes);
    for (let channel = 0; channel < shape.channels; channel++) {
      packed[row * lanes + channel] = values[row * shape.channels + channel]!;
    }
    // What a dense layer reads.
    if (area === 1) packed[row * lanes + shape.channels] = one;
  }
  return packed;
}
