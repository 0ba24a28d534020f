/** Networks and data sets made up from a seeded generator. */

import type { NetworkActivation } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { Network } from "../../src/core/network.ts";
import { RandomSequence, streams } from "../../src/core/random.ts";
import { randomBytes, realNumbers, smallIntegers } from "./rows.ts";

/** A split whose inputs are bytes. */
export type ByteSplit = Split & { readonly inputs: Uint8Array };

/** A generator for tests; no test shares a seed with a study on purpose. */
export function testRandom(seed: number): RandomSequence {
  return new RandomSequence(seed, 0, streams.split);
}

export function integerLayer(random: RandomSequence, inputs: number, outputs: number): DenseLayer {
  const weights = smallIntegers(random, outputs * inputs);
  return { inputs, outputs, weights, biases: smallIntegers(random, outputs) };
}

export function realLayer(random: RandomSequence, inputs: number, outputs: number, scale = 1): DenseLayer {
  const weights = realNumbers(random, outputs * inputs, scale);
  return { inputs, outputs, weights, biases: realNumbers(random, outputs, scale) };
}

/** Weights of order 1, so that activations spread and their derivatives matter. */
export function realNetwork(random: RandomSequence, widths: readonly number[], activation: NetworkActivation): Network {
  return {
    activation,
    layers: widths.slice(1).map((outputs, layer) => realLayer(random, widths[layer]!, outputs)),
  };
}

export function randomSplit(random: RandomSequence, count: number, features: number, classes: number): ByteSplit {
  const labels = Uint16Array.from({ length: count }, () => random.nextBelow(classes));
  return { count, inputs: randomBytes(random, count * features), labels };
}

/** The class is where the brightest pixel is: bright against noise, so that a small network can learn it. */
export function brightestPixelSplit(random: RandomSequence, count: number, classes: number): Split {
  const labels = Uint16Array.from({ length: count }, () => random.nextBelow(classes));
  const inputs = Uint8Array.from({ length: count * classes }, (_, index) => {
    const bright = labels[Math.floor(index / classes)] === index % classes;
    return random.nextBelow(96) + (bright ? 160 : 0);
  });
  return { count, inputs, labels };
}
