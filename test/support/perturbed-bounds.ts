/** How far float32 may be off in what a network gives, from how that answers to other weights. */
import type { EvidenceSource } from "../../src/reference/evidence.ts";
import type { RealNetwork } from "../../src/reference/network.ts";
import { ULP } from "./rounding.ts";

const SHARE = 1e-6;

/** The network with one number, weights before biases and first layers first, larger by a share of itself. */
function nudged(network: RealNetwork, place: number): RealNetwork {
  let before = 0;
  const own = (values: ArrayLike<number>) => {
    const copy = Float64Array.from(values);
    const at = place - before;
    if (at >= 0 && at < copy.length) copy[at]! *= 1 + SHARE;
    before += copy.length;
    return copy;
  };
  return {
    ...network,
    layers: network.layers.map((layer) => ({ ...layer, weights: own(layer.weights), biases: own(layer.biases) })),
  };
}

/**
 * Float32 arithmetic computes what exact arithmetic would of numbers that are off by roundings of themselves (Wilkinson). So a
 * value is off by what it changes by when each number does, sum |w dv/dw|, and by roundings of its own.
 * @param valuesOf what is computed, in float64
 * @param scales what each value's own roundings are of
 * @param roundings how many of each: of rows as long as the network's, and of its activation
 */
export function perturbedBounds(
  source: EvidenceSource,
  valuesOf: (source: EvidenceSource) => readonly number[],
  scales: readonly number[],
  roundings: number,
): number[] {
  const { network } = source;
  const numbers = network.layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  const exact = valuesOf(source);
  const moved = exact.map(() => 0);
  for (let place = 0; place < numbers; place++) {
    for (const [at, value] of valuesOf({ ...source, network: nudged(network, place) }).entries()) {
      moved[at]! += Math.abs(value - exact[at]!) / SHARE;
    }
  }
  return moved.map((move, at) => roundings * ULP * (move + scales[at]!));
}
