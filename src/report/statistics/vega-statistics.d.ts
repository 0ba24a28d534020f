/** The part of vega-statistics that is used; the package ships no types. */
declare module "vega-statistics" {
  /** P(Z <= value) of a standard normal Z (West 2009), accurate to about 1e-15. */
  export function cumulativeNormal(value: number): number;
  /** The value below which a standard normal stays with the probability (Giles 2010); infinite at 0 and 1. */
  export function quantileNormal(probability: number): number;
  /** Scott's rule, 1.06 min(SD, IQR / 1.34) n^(-1/5), with the SD alone where the IQR is 0; never 0. */
  export function bandwidthNRD(values: ArrayLike<number>): number;
  /** Density estimate with Gaussian kernels of the given standard deviation. */
  export function randomKDE(support: ArrayLike<number>, bandwidth: number): { pdf(value: number): number };
}
