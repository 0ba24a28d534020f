/** How far float32 evidence may be off, carried through whole networks. */
import type { GradientSums } from "../../src/core/evidence.ts";
import type { EvidenceSource } from "../../src/reference/evidence.ts";
import { type Bounded, boundedHiddenDelta, boundedOutputDelta, forwardBounds } from "./propagated-rounding.ts";
import { sumBound, ULP } from "./rounding.ts";

/** [units]: of sums over samples of terms that are off by their bounds. */
function boundedSums({ values, bounds }: Bounded, units: number): Float64Array {
  const samples = values.length / units;
  return Float64Array.from({ length: units }, (_, unit) => {
    let [size, off] = [0, 0];
    for (let at = unit; at < values.length; at += units) {
      size += Math.abs(values[at]!);
      off += bounds[at]!;
    }
    return off + sumBound(samples, size + off);
  });
}

/** Products of values that are off by their bounds; each rounds once. */
function boundedProducts(a: Bounded, b: Bounded): Bounded {
  const values = a.values.map((value, at) => value * b.values[at]!);
  const bounds = values.map((value, at) => {
    const [offA, offB] = [a.bounds[at]!, b.bounds[at]!];
    return Math.abs(a.values[at]!) * offB + Math.abs(b.values[at]!) * offA + offA * offB + ULP * Math.abs(value);
  });
  return { values, bounds };
}

/** Per hidden layer: bounds in the place of the sums. */
export function boundedGradientSums({ network, inputs, labels }: EvidenceSource): GradientSums[] {
  const { layers } = network;
  const samples = labels.length;
  const outputs = forwardBounds(network, inputs);
  const mean = boundedOutputDelta(outputs.at(-1)!, labels, layers.at(-1)!.outputs);
  // Of each sample, not of their mean.
  let delta: Bounded = {
    values: mean.values.map((value) => samples * value),
    bounds: mean.bounds.map((bound) => samples * bound),
  };
  const found: GradientSums[] = [];
  for (let index = layers.length - 2; index >= 0; index--) {
    const { slopes, ...own } = outputs[index]!;
    const units = layers[index]!.outputs;
    const ones = { values: new Float64Array(own.values.length).fill(1), bounds: new Float64Array(own.values.length) };
    const gradients = boundedHiddenDelta(delta, layers[index + 1]!, ones);
    const products = boundedProducts(gradients, own);
    const ofProducts = boundedSums(products, units);
    found.unshift({
      sizes: boundedSums(gradients, units),
      productSizes: ofProducts,
      products: ofProducts,
      squares: boundedSums(boundedProducts(products, products), units),
    });
    delta = boundedProducts(gradients, slopes);
  }
  return found;
}
