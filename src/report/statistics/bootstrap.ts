/**
 * Bootstrap intervals: bias-corrected and accelerated (BCa), Efron and Tibshirani, "An Introduction to the Bootstrap"
 * (1993), chapter 14. Resamples depend on the number of values alone, so equal data give equal intervals in every report.
 */
import { mean, quantileSorted } from "simple-statistics";
import { cumulativeNormal, quantileNormal } from "vega-statistics";
import { RandomSequence, streams } from "../../core/random.ts";
import type { Estimate, Interval } from "../analysis/analysis.ts";

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

const deviationsOf = (values: readonly number[], center: number) =>
  Float64Array.from(values, (value) => value - center);

/** 95 % BCa interval of the mean of at least two values; of no width where all are equal. */
export function meanInterval(values: readonly number[]): Interval {
  const center = mean([...values]);
  if (values.every((value) => value === values[0])) return { low: values[0]!, high: values[0]! };
  // Deviations: their resamples round less than those of the values, so ties with the mean are seen.
  const deviations = deviationsOf(values, center);
  const { low, high } = bcaInterval(0, resampledMeans(deviations), deviations, COVERAGE);
  return { low: center + low, high: center + high };
}

/**
 * Mean of `a` minus mean of `b`, two independent groups, with the BCa interval where both have two values or more;
 * `repeats` counts the values of both.
 */
export function groupDifference(a: readonly number[], b: readonly number[]): Estimate {
  const estimate = mean([...a]) - mean([...b]);
  const base = { mean: estimate, repeats: a.length + b.length };
  if (Math.min(a.length, b.length) < 2) return base;
  const [fromA, fromB] = [deviationsOf(a, mean([...a])), deviationsOf(b, mean([...b]))];
  const [ofA, ofB] = [resampledMeans(fromA), resampledMeans(fromB)];
  // Groups of equal size share their resamples: one place on, they are independent.
  const replicates = ofA.map((own, resample) => own - ofB[(resample + 1) % RESAMPLES]!);
  const influences = [...fromA.map((own) => own / a.length), ...fromB.map((own) => -own / b.length)];
  const { low, high } = bcaInterval(0, replicates, influences, COVERAGE);
  return { ...base, interval: { low: estimate + low, high: estimate + high } };
}
