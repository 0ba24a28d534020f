/**
 * Float64 twin of shaders/convolution.wgsl and convolution-backward.wgsl on plain maps: rows of [positions, channels] for each sample, positions row by row, no
 * padding of lanes, biases by themselves.
 */
import type { ActivationLike } from "../core/activation.ts";
import { activate } from "../core/activation-values.ts";
import { type ConvolutionLayer, convolutionTarget } from "../core/layers/convolution.ts";
import { areaOf } from "../core/layers/maps.ts";
import type { LayerGradient } from "./backward.ts";

/** A convolution of any precision; core's is one. */
export type RealConvolution = Omit<ConvolutionLayer, "weights" | "biases"> & {
  /** [outputs, channels, kernel y, kernel x]. */
  readonly weights: ArrayLike<number>;
  /** [outputs]. */
  readonly biases: ArrayLike<number>;
};

/**
 * Calls for every product that is summed: output value, input value, weight, by their places in [samples, positions, channels] and in the
 * weights. Taps outside of the map are none.
 */
export function eachProduct(
  layer: Pick<RealConvolution, "source" | "window" | "outputs">,
  samples: number,
  visit: (output: number, input: number, weight: number) => void,
): void {
  const { source, window, outputs } = layer;
  const { kernel, stride, padding } = window;
  const target = convolutionTarget(layer, outputs);
  for (let s = 0; s < samples; s++) {
    for (let p = 0; p < areaOf(target); p++) {
      for (let tap = 0; tap < kernel.y * kernel.x; tap++) {
        const y = Math.floor(p / target.width) * stride.y - padding.top + Math.floor(tap / kernel.x);
        const x = (p % target.width) * stride.x - padding.left + (tap % kernel.x);
        if (y < 0 || y >= source.height || x < 0 || x >= source.width) continue;
        const from = (s * areaOf(source) + y * source.width + x) * source.channels;
        for (let o = 0; o < outputs; o++) {
          for (let c = 0; c < source.channels; c++) {
            const weight = (o * source.channels + c) * kernel.y * kernel.x + tap;
            visit((s * areaOf(target) + p) * outputs + o, from + c, weight);
          }
        }
      }
    }
  }
}

const samplesOf = (values: ArrayLike<number>, { source }: Pick<RealConvolution, "source">) =>
  values.length / (source.channels * areaOf(source));

/** outputs[s, p, o] = act( biases[o] + sum over taps within the map, and channels, of inputs * weights ). */
export function convolve(inputs: ArrayLike<number>, layer: RealConvolution, activation: ActivationLike): Float64Array {
  const { outputs, weights, biases } = layer;
  const samples = samplesOf(inputs, layer);
  const sums = new Float64Array(samples * areaOf(convolutionTarget(layer, outputs)) * outputs);
  for (let index = 0; index < sums.length; index++) sums[index] = biases[index % outputs]!;
  eachProduct(layer, samples, (output, input, weight) => {
    sums[output]! += inputs[input]! * weights[weight]!;
  });
  return sums.map((z) => activate(z, activation));
}

/** delta[s, p, c] = slopes[s, p, c] * sum of next_delta * weights over what reads it. @param slopes act' of the layer below */
export function convolutionDelta(
  next_delta: ArrayLike<number>,
  layer: RealConvolution,
  slopes: ArrayLike<number>,
): Float64Array {
  const delta = new Float64Array(slopes.length);
  eachProduct(layer, samplesOf(slopes, layer), (output, input, weight) => {
    delta[input]! += next_delta[output]! * layer.weights[weight]!;
  });
  return delta.map((sum, at) => sum * slopes[at]!);
}

/** Gradient of the loss plus l2 times the sum of squared weights; biases have no L2 term. */
export function convolutionGradient(
  delta: ArrayLike<number>,
  inputs: ArrayLike<number>,
  layer: RealConvolution,
  l2: number,
): LayerGradient {
  const { weights, outputs } = layer;
  const gradient = { weights: Float64Array.from(weights, (w) => 2 * l2 * w), biases: new Float64Array(outputs) };
  eachProduct(layer, samplesOf(inputs, layer), (output, input, weight) => {
    gradient.weights[weight]! += delta[output]! * inputs[input]!;
  });
  for (let at = 0; at < delta.length; at++) gradient.biases[at % outputs]! += delta[at]!;
  return gradient;
}
