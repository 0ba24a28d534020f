/** Data and networks to time: made up, learnable, the same at every call. */
import type { Split } from "../core/dataset.ts";
import { studyShape } from "../core/layers/network-shape.ts";
import { RandomSequence, streams } from "../core/random.ts";

/** Inputs and classes of MNIST. */
export const FEATURES = 784;
export const CLASSES = 10;

/** The layers of a network of such data. */
export const shapeFor = (hidden: readonly number[]) => studyShape({ features: FEATURES, classes: CLASSES }, { hidden });

export interface Material {
  readonly features: number;
  readonly classes: number;
  readonly train: Split;
  readonly test: Split;
}

/** Each class is a random pattern of bytes; a sample is its class's pattern under noise of twice its strength. */
function split(random: RandomSequence, patterns: readonly Uint8Array[], count: number): Split {
  const features = patterns[0]!.length;
  const inputs = new Uint8Array(count * features);
  const labels = Uint16Array.from({ length: count }, (_, sample) => sample % patterns.length);
  for (let sample = 0; sample < count; sample++) {
    const pattern = patterns[labels[sample]!]!;
    for (let feature = 0; feature < features; feature++) {
      inputs[sample * features + feature] = (pattern[feature]! + 2 * random.nextBelow(256)) / 3;
    }
  }
  return { count, inputs, labels };
}

export function material(features: number, classes: number, trainCount: number, testCount: number): Material {
  const random = new RandomSequence(0, 0, streams.split);
  const patterns = Array.from({ length: classes }, () =>
    Uint8Array.from({ length: features }, () => random.nextBelow(256)),
  );
  return { features, classes, train: split(random, patterns, trainCount), test: split(random, patterns, testCount) };
}

/** The first `count` samples, begun again where there are fewer: as many as wanted at no cost, for timing only. */
export function repeatedSplit({ count: given, inputs, labels }: Split, count: number): Split {
  const features = inputs.length / given;
  const repeated = { count, inputs: new Uint8Array(count * features), labels: new Uint16Array(count) };
  for (let first = 0; first < count; first += given) {
    const samples = Math.min(given, count - first);
    repeated.inputs.set(inputs.subarray(0, samples * features), first * features);
    repeated.labels.set(labels.subarray(0, samples), first);
  }
  return repeated;
}
