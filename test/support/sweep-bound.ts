/** How far a sweep in float32 may lie from the one in float64: rounding carried through every layer of every sample. */

import type { RemovalOrder } from "../../src/core/ablation.ts";
import { activationOfLayer } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import type { Network } from "../../src/core/network.ts";
import { maskedOutputs, type Replacements, replacementsOf, valuesOf } from "../../src/reference/sweep.ts";
import { activationBound, lossBound, sumBound, ULP } from "./rounding.ts";

export interface SweepBound {
  /** [steps]: how far the mean loss may be off. */
  readonly loss: Float64Array;
  /** [steps]: samples whose two highest logits lie closer than rounding reaches, so that either may win. */
  readonly undecided: Uint32Array;
}

interface Sum {
  readonly z: number;
  readonly bound: number;
}

/** One weighted sum of inputs that are each off by at most their bound. */
function weightedSum({ weights, biases }: DenseLayer, output: number, inputs: number[], bounds: number[]): Sum {
  let z = biases[output]!;
  let magnitude = Math.abs(z);
  let carried = 0;
  inputs.forEach((value, input) => {
    const weight = weights[output * inputs.length + input]!;
    z += weight * value;
    magnitude += Math.abs(weight * value);
    carried += Math.abs(weight) * bounds[input]!;
  });
  return { z, bound: carried + sumBound(inputs.length, magnitude) };
}

/** The logits of one sample, and the most by which any of them may be off. */
function boundedLogits(network: Network, values: ArrayLike<number>, replacements: Replacements) {
  const rows = maskedOutputs(network, values, replacements);
  let inputs = Array.from(values);
  let bounds = inputs.map((value) => 2 * ULP * value); // 1 / 255 is rounded, and so is its product
  for (const [index, layer] of network.layers.entries()) {
    const kind = activationOfLayer(network.activation, index, network.layers.length);
    bounds = rows[index]!.map((_, output) => {
      if (replacements[index]?.[output] !== undefined) return 0; // the same float32 on both sides
      const { z, bound } = weightedSum(layer, output, inputs, bounds);
      return activationBound(z, bound, kind);
    });
    inputs = rows[index]!;
  }
  return { logits: rows.at(-1)!, bound: Math.max(...bounds) };
}

/** Bounds for `referenceSweep` of the same arguments. */
export function sweepBound(
  network: Network,
  split: Split,
  order: RemovalOrder,
  constants: readonly ArrayLike<number>[],
  removed: ArrayLike<number>,
): SweepBound {
  const loss = new Float64Array(removed.length);
  const undecided = new Uint32Array(removed.length);
  for (let step = 0; step < removed.length; step++) {
    const replacements = replacementsOf(network, order, constants, removed[step]!);
    for (let sample = 0; sample < split.count; sample++) {
      const label = split.labels[sample]!;
      const { logits, bound } = boundedLogits(network, valuesOf(split, sample), replacements);
      const [highest, second = Number.NEGATIVE_INFINITY] = logits.toSorted((a, b) => b - a);
      if (highest! - second <= 2 * bound) undecided[step]!++;
      // Blocks of 64 losses are summed in float32; their own magnitude is at most the sum of these.
      const own = Math.log(logits.length) + highest! - logits[label]!;
      loss[step]! += (lossBound(logits, label, bound) + sumBound(64, own)) / split.count;
    }
  }
  return { loss, undecided };
}
