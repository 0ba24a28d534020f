/** The hypergeometric distribution: ones among the samples of one class when all labels are permuted. */

export interface Hypergeometric {
  /** The smallest number of ones that is kept. */
  readonly first: number;
  /** [numbers of ones from `first` on]: their probabilities. */
  readonly probabilities: Float64Array;
}

/** What is less probable than this, relative to the mode, is left out: together less than float64 rounds off. */
const NEGLIGIBLE = 1e-18;

/**
 * P(K = x) for the number K of ones among `size` of `samples` samples that hold `ones` ones in all. From the mode outwards
 * by the ratio of neighbours, then divided by their sum, which rounds less than logarithms of factorials.
 */
export function hypergeometric(size: number, ones: number, samples: number): Hypergeometric {
  const lowest = Math.max(0, size - (samples - ones));
  const highest = Math.min(size, ones);
  const mode = Math.min(highest, Math.floor(((size + 1) * (ones + 1)) / (samples + 2)));
  /** P(x + 1) / P(x). */
  const ratio = (x: number) => ((ones - x) * (size - x)) / ((x + 1) * (samples - ones - size + x + 1));
  /** Relative to the mode. */
  const above = [1];
  for (let x = mode; x < highest && above.at(-1)! > NEGLIGIBLE; x++) above.push(above.at(-1)! * ratio(x));
  const below = [1];
  for (let x = mode; x > lowest && below.at(-1)! > NEGLIGIBLE; x--) below.push(below.at(-1)! / ratio(x - 1));
  const all = Float64Array.from([...below.slice(1).reverse(), ...above]);
  const sum = all.reduce((total, one) => total + one, 0);
  return { first: mode - (below.length - 1), probabilities: all.map((one) => one / sum) };
}
