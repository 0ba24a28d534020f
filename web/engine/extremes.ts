/** The samples to which a neuron answers most and least. */
import type { Split } from "../../src/core/dataset.ts";
import type { ExtremeSamples } from "./protocol.ts";

/** Sample indices by activation, highest first; ties by index, which is also the order of the lowest read backwards. */
function byActivation(activations: Float32Array): Uint32Array {
  return Uint32Array.from(activations.keys()).sort((a, b) => activations[b]! - activations[a]! || a - b);
}

/** As grey values: bytes are, and floats from 0 to 1 are made so. */
export function greyValues(inputs: Split["inputs"]): Uint8Array {
  return inputs instanceof Uint8Array
    ? inputs
    : Uint8Array.from(inputs, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

function gathered(samples: Uint32Array, activations: Float32Array, { inputs, labels, count }: Split): ExtremeSamples {
  const features = inputs.length / count;
  const own = new Uint8Array(samples.length * features);
  samples.forEach((sample, row) => {
    own.set(greyValues(inputs.subarray(sample * features, (sample + 1) * features)), row * features);
  });
  return {
    samples,
    activations: Float32Array.from(samples, (sample) => activations[sample]!),
    labels: Uint16Array.from(samples, (sample) => labels[sample]!),
    pixels: own,
  };
}

/** @param activations [samples] of the split */
export function extremesOf(
  activations: Float32Array,
  split: Split,
  count: number,
): { readonly most: ExtremeSamples; readonly least: ExtremeSamples } {
  const sorted = byActivation(activations);
  const most = sorted.slice(0, count);
  const least = sorted.slice(Math.max(0, sorted.length - count)).reverse();
  return { most: gathered(most, activations, split), least: gathered(least, activations, split) };
}
