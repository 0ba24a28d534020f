/** A network that tells the bands of tiny-study.ts apart, with neurons that it does not need. */
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { Network } from "../../src/core/network.ts";
import { tinyDataset } from "./tiny-study.ts";

/** Of `useful` neurons: one a class. In layer 1 they sum their class's band, in layer 2 they hand it on. */
const { features, classes } = tinyDataset;
/** Pixels of a band sum up to about 8 where it is bright, and to about 4 where it is not. */
const THRESHOLD = 6;
/** What the constant neurons of both layers put out. */
const CONSTANT = 0.5;

/** In both layers: these are the same for every sample. The first is not 0, and the next layer counts on it. */
export const constantNeurons = [3, 4, 5];
export const hiddenWidth = classes + constantNeurons.length;

/** @param weight of input `input` for output `output` */
function layer(
  inputs: number,
  outputs: number,
  weight: (output: number, input: number) => number,
  bias: (output: number) => number,
): DenseLayer {
  const weights = Float32Array.from({ length: outputs * inputs }, (_, at) =>
    weight(Math.floor(at / inputs), at % inputs),
  );
  return { inputs, outputs, weights, biases: Float32Array.from({ length: outputs }, (_, output) => bias(output)) };
}

const constantBias = (neuron: number) => (neuron === classes ? CONSTANT : -1);

/** 36-6-6-3. Without the constant neuron of layer 2, or with 0 in its place, every sample is of class 0. */
export const plantedNetwork: Network = {
  activation: "relu",
  layers: [
    layer(
      features,
      hiddenWidth,
      (output, input) => (Math.floor(input / (features / classes)) === output ? 1 : 0),
      (output) => (output < classes ? -THRESHOLD : constantBias(output)),
    ),
    layer(
      hiddenWidth,
      hiddenWidth,
      (output, input) => (output < classes && input === output ? 1 : 0),
      (output) => (output < classes ? 0 : constantBias(output)),
    ),
    layer(
      hiddenWidth,
      classes,
      (output, input) => (input === output ? 1 : input === classes && output === 0 ? -100 : 0),
      (output) => (output === 0 ? 100 * CONSTANT : 0),
    ),
  ],
};
