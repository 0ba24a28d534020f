/** Gaussian kernel density, for violins. */
import { extent } from "simple-statistics";
import { bandwidthNRD, randomKDE } from "vega-statistics";

/** A density on a grid of values. */
export interface Density {
  /** [points]: ascending, from the smallest to the largest value. */
  readonly bits: Float64Array;
  /** [points]: per bit. */
  readonly density: Float64Array;
}

const POINTS = 128;

/**
 * Bandwidth by Scott's rule (Scott 1992, p. 131: 1.06 min(SD, IQR / 1.34) n^(-1/5)). The grid ends at the extreme values,
 * so that a violin claims nothing where no neuron is; what the kernels put beyond is not moved back, so the area is a
 * little below 1.
 * @param values at least one. Where all are equal there is no density: one point, of density 0.
 */
export function density(values: ArrayLike<number>): Density {
  const [low, high] = extent(Array.from(values));
  if (low === high) return { bits: Float64Array.of(low), density: Float64Array.of(0) };
  const estimate = randomKDE(values, bandwidthNRD(values));
  const bits = Float64Array.from({ length: POINTS }, (_, point) => low + ((high - low) * point) / (POINTS - 1));
  return { bits, density: bits.map((value) => estimate.pdf(value)) };
}
