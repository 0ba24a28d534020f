/** Twin of shaders/moments.wgsl in float64. */

/** What is multiplied of one layer. */
export interface MomentSide {
  readonly units: number;
  /** [samples, units] */
  readonly outputs: ArrayLike<number>;
  /** [units] */
  readonly constants: ArrayLike<number>;
  /** [signals][samples, units]; none: products are not weighted. */
  readonly signals: readonly ArrayLike<number>[];
}

/** One sample's part of the sum for neuron j of one layer and k of another. */
function momentOf(left: MomentSide, right: MomentSide, sample: number, j: number, k: number): number {
  const [own, other] = [sample * left.units + j, sample * right.units + k];
  const product = (left.outputs[own]! - left.constants[j]!) * (right.outputs[other]! - right.constants[k]!);
  if (left.signals.length === 0) return product;
  return product * left.signals.reduce((sum, signal, i) => sum + signal[own]! * right.signals[i]![other]!, 0);
}

/** @returns [left units, right units, blocks] */
export function addMoments(left: MomentSide, right: MomentSide, block: number): Float64Array {
  const samples = left.outputs.length / left.units;
  const blocks = Math.ceil(samples / block);
  const sums = new Float64Array(left.units * right.units * blocks);
  for (let j = 0; j < left.units; j++) {
    for (let k = 0; k < right.units; k++) {
      for (let s = 0; s < samples; s++) {
        sums[(j * right.units + k) * blocks + Math.floor(s / block)]! += momentOf(left, right, s, j, k);
      }
    }
  }
  return sums;
}
