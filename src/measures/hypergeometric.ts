/** The hypergeometric distribution: ones among the samples of one class when all labels are permuted. */
import { gammaln } from "simple-statistics";

export interface Hypergeometric {
  /** The smallest number of ones that is kept. */
  readonly first: number;
  /** [numbers of ones from `first` on]: their probabilities. */
  readonly probabilities: Float64Array;
}

/** What is less probable than this, relative to the mode, is left out: together less than float64 rounds off. */
const NEGLIGIBLE = 1e-18;

const logChoose = (n: number, k: number) => gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);

/**
 * P(K = x) for the number K of ones among `size` of `samples` samples that hold `ones` ones in all. From the mode outwards
 * by the ratio of neighbours, which rounds less than a logarithm of factorials at every x.
 */
export function hypergeometric(size: number, ones: number, samples: number): Hypergeometric {
  const lowest = Math.max(0, size - (samples - ones));
  const highest = Math.min(size, ones);
  const mode = Math.min(highest, Math.floor(((size + 1) * (ones + 1)) / (samples + 2)));
  const atMode = Math.exp(logChoose(ones, mode) + logChoose(samples - ones, size - mode) - logChoose(samples, size));
  /** P(x + 1) / P(x). */
  const ratio = (x: number) => ((ones - x) * (size - x)) / ((x + 1) * (samples - ones - size + x + 1));
  const above = [atMode];
  for (let x = mode; x < highest && above.at(-1)! > atMode * NEGLIGIBLE; x++) above.push(above.at(-1)! * ratio(x));
  const below = [atMode];
  for (let x = mode; x > lowest && below.at(-1)! > atMode * NEGLIGIBLE; x--) below.push(below.at(-1)! / ratio(x - 1));
  return {
    first: mode - (below.length - 1),
    probabilities: Float64Array.from([...below.slice(1).reverse(), ...above]),
  };
}
