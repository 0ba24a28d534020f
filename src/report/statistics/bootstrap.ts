/**
 * Bootstrap intervals: bias-corrected and accelerated (BCa), Efron and Tibshirani, "An Introduction to the Bootstrap"
 * (1993), chapter 14. Resamples depend on the number of values alone, so equal data give equal intervals in every report.
 */
import { mean, quantileSorted } from "simple-statistics";
import { normalProbability } from "../../core/activation-values.ts";
import { RandomSequence, streams } from "../../core/random.ts";
import type { Estimate, Interval } from "../analysis/analysis.ts";
import { normalQuantile } from "./normal-quantile.ts";

export const RESAMPLES = 2000;
const COVERAGE = 0.95;

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
    const square = influences[index]! * influences[index]!;
    squares += square;
    cubes += square * influences[index]!;
  }
  return squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares));
}

/** An estimate with what BCa needs to know of it. */
interface Bootstrapped {
  readonly estimate: number;
  /** [RESAMPLES]: the estimate from each resample. */
  readonly replicates: Float64Array;
  /**
   * [values]: of each value on the estimate, up to a common positive factor: the jackknife's mean minus its value without
   * the one; for a mean, the value minus the mean.
   */
  readonly influences: ArrayLike<number>;
  /** Replicates that are no further from the estimate equal it: rounding alone must not decide on which side they are. */
  readonly rounding: number;
}

/** Equation 14.14: the share of replicates below the estimate, in normal quantiles; ties count half. */
function biasCorrection({ estimate, replicates, rounding }: Bootstrapped): number {
  let below = 0;
  for (const replicate of replicates) {
    if (Math.abs(replicate - estimate) <= rounding) below += 0.5;
    else if (replicate < estimate) below++;
  }
  return normalQuantile(below / replicates.length);
}

/** The BCa interval, equations 14.9 and 14.10. */
export function bcaInterval(bootstrapped: Bootstrapped, coverage: number): Interval {
  // The library's types ask for an array; its code reads by index only.
  const sorted = bootstrapped.replicates.toSorted() as unknown as number[];
  const bias = biasCorrection(bootstrapped);
  const a = acceleration(bootstrapped.influences);
  const end = (share: number) => {
    const shifted = bias + normalQuantile(share);
    return quantileSorted(sorted, normalProbability(bias + shifted / (1 - a * shifted)));
  };
  const tail = (1 - coverage) / 2;
  return { low: end(tail), high: end(1 - tail) };
}

/** A bound on the rounding of a mean, and of the difference of two. */
function roundingOf(values: readonly number[]): number {
  return values.length * Number.EPSILON * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** 95 % BCa interval of the mean of at least two values; of no width where all are equal. */
export function meanInterval(values: readonly number[]): Interval {
  if (values.every((value) => value === values[0])) return { low: values[0]!, high: values[0]! };
  const estimate = mean([...values]);
  const influences = values.map((value) => value - estimate);
  return bcaInterval(
    { estimate, replicates: resampledMeans(values), influences, rounding: roundingOf(values) },
    COVERAGE,
  );
}

/**
 * Mean of `a` minus mean of `b`, two independent groups, with the BCa interval where both have two values or more;
 * `repeats` counts the values of both.
 */
export function groupDifference(a: readonly number[], b: readonly number[]): Estimate {
  const [meanA, meanB] = [mean([...a]), mean([...b])];
  const estimate = meanA - meanB;
  const base = { mean: estimate, repeats: a.length + b.length };
  if (Math.min(a.length, b.length) < 2) return base;
  const [ofA, ofB] = [resampledMeans(a), resampledMeans(b)];
  // Groups of equal size share their resamples: one place on, they are independent.
  const replicates = ofA.map((own, resample) => own - ofB[(resample + 1) % RESAMPLES]!);
  const influences = [...a.map((own) => (own - meanA) / a.length), ...b.map((own) => (meanB - own) / b.length)];
  const rounding = roundingOf([...a, ...b]);
  return { ...base, interval: bcaInterval({ estimate, replicates, influences, rounding }, COVERAGE) };
}
