/** Gaussian kernel density, for violins. */
import { extent, sampleStandardDeviation } from "simple-statistics";
import { normalDensity } from "../../core/activation-values.ts";
import { exponential, logarithm } from "../../core/elementary.ts";

/** A density on a grid of values. */
interface Density {
  /** [points]: ascending, from the smallest to the largest value. */
  readonly values: Float64Array;
  /** [points]: per unit of the values. */
  readonly density: Float64Array;
}

const POINTS = 128;

/** The value at a share of the way through sorted values, between two of them in proportion (R's type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (next - sorted[below]!) * (place - below);
}

/** Scott's rule (Scott 1992, p. 131): 1.06 min(SD, IQR / 1.34) n^(-1/5), with the SD alone where the IQR is 0. */
function bandwidthOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const deviation = sampleStandardDeviation(Array.from(values));
  const range = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
  return 1.06 * (Math.min(deviation, range) || deviation) * exponential(-logarithm(sorted.length) / 5);
}

/**
 * Bandwidth by Scott's rule. The grid ends at the extreme values,
 * so that a violin claims nothing where no neuron is; what the kernels put beyond is not moved back, so the area is a
 * little below 1.
 * @param values at least one. Where all are equal there is no density: one point, of density 0.
 */
export function density(values: ArrayLike<number>): Density {
  const [low, high] = extent(Array.from(values));
  if (low === high) return { values: Float64Array.of(low), density: Float64Array.of(0) };
  const bandwidth = bandwidthOf(values);
  const grid = Float64Array.from({ length: POINTS }, (_, point) => low + ((high - low) * point) / (POINTS - 1));
  const heightAt = (value: number) => {
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += normalDensity((value - values[index]!) / bandwidth);
    return sum / (bandwidth * values.length);
  };
  return { values: grid, density: grid.map(heightAt) };
}
