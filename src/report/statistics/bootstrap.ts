/**
 * Bootstrap intervals: bias-corrected and accelerated (BCa), Efron and Tibshirani, "An Introduction to the Bootstrap"
 * (1993), chapter 14. Resamples depend on the number of values alone, so equal data give equal intervals in every report.
 */
import { quantileSorted } from "simple-statistics";
import { cumulativeNormal, quantileNormal } from "vega-statistics";
import { RandomSequence, streams } from "../../core/random.ts";
import type { Interval } from "../analysis/analysis.ts";

export const RESAMPLES = 2000;
export const COVERAGE = 0.95;

/** Key of the random numbers; reports have no seed of their own. */
const SEED = 0;

const drawn = new Map<number, Float64Array>();

/** [RESAMPLES, size]: how often each of `size` values is in each resample; drawn once for a size, as for all curves. */
export function resamplingWeights(size: number): Float64Array {
  const known = drawn.get(size);
  if (known !== undefined) return known;
  const sequence = new RandomSequence(SEED, size, streams.resampling);
  const weights = new Float64Array(RESAMPLES * size);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let draw = 0; draw < size; draw++) weights[resample * size + sequence.nextBelow(size)]! += 1;
  }
  drawn.set(size, weights);
  return weights;
}

/** [RESAMPLES]: the mean of each resample. */
export function resampledMeans(values: ArrayLike<number>): Float64Array {
  const size = values.length;
  const weights = resamplingWeights(size);
  const means = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let sum = 0;
    const first = resample * size;
    for (let index = 0; index < size; index++) sum += weights[first + index]! * values[index]!;
    means[resample] = sum / size;
  }
  return means;
}

/** Equation 14.15: the skewness of the values' influences on the estimate; 0 where nothing has influence. */
function acceleration(influences: ArrayLike<number>): number {
  let [squares, cubes] = [0, 0];
  for (let index = 0; index < influences.length; index++) {
    squares += influences[index]! ** 2;
    cubes += influences[index]! ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Equation 14.14: the share of replicates below the estimate, in normal quantiles; ties count half. */
function biasCorrection(estimate: number, sorted: Float64Array): number {
  let below = 0;
  for (const replicate of sorted) below += replicate < estimate ? 1 : replicate === estimate ? 0.5 : 0;
  return quantileNormal(below / sorted.length);
}

/**
 * The BCa interval, equations 14.9 and 14.10.
 * @param replicates the estimate from each resample
 * @param influences of each value on the estimate, up to a common positive factor: the jackknife's mean minus its value
 * without the one; for a mean, the value minus the mean
 */
export function bcaInterval(
  estimate: number,
  replicates: Float64Array,
  influences: ArrayLike<number>,
  coverage: number,
): Interval {
  const sorted = replicates.toSorted();
  const bias = biasCorrection(estimate, sorted);
  const a = acceleration(influences);
  const end = (share: number) => {
    const shifted = bias + quantileNormal(share);
    // The library's types ask for an array, its code reads by index only.
    return quantileSorted(sorted as unknown as number[], cumulativeNormal(bias + shifted / (1 - a * shifted)));
  };
  const tail = (1 - coverage) / 2;
  return { low: end(tail), high: end(1 - tail) };
}

/** 95 % BCa interval of the mean of at least two values; of no width where all are equal. */
export function meanInterval(values: ArrayLike<number>): Interval {
  const size = values.length;
  let mean = 0;
  for (let index = 0; index < size; index++) mean += values[index]! / size;
  // Deviations, so that a resample of equal values gives their mean and no rounding error of it.
  const deviations = Float64Array.from(values, (value) => value - mean);
  if (deviations.every((deviation) => deviation === deviations[0])) return { low: values[0]!, high: values[0]! };
  const { low, high } = bcaInterval(0, resampledMeans(deviations), deviations, COVERAGE);
  return { low: mean + low, high: mean + high };
}
