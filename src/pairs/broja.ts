/**
 * The decomposition of Bertschinger, Rauh, Olbrich, Jost and Ay ("Quantifying unique information", Entropy 16, 2014, equations
 * 11 to 14): synergy is what the two know beyond the least informed joint distribution Q of the same P(T_i,Y) and P(T_j,Y),
 * I(T_i T_j;Y) - min_Q I_Q(T_i T_j;Y).
 *
 * For bits the minimum is a root in one variable. Given y, Q has one free number, a_y = Q(11|y), and the derivative of I_Q in it
 * is p_y (log OR_y - log OR): OR_y is the odds ratio Q(11|y) Q(00|y) / (Q(10|y) Q(01|y)) of the class, OR that of the mixture
 * of the classes. I_Q is convex in all a_y, so at its minimum all classes have one odds ratio theta, that of the mixture.
 * For a given theta each a_y is the root of a quadratic (Plackett, "A class of bivariate distributions", 1965). With h the
 * harmonic sum of a table's four cells, which is concave and at most 1/16, d log OR / d log theta = sum_y p_y h_y / h <= 1: so
 * log OR - log theta never rises. Where it is within d of 0, I_Q is within d of its minimum, since d I_Q / d log theta is
 * sum_y p_y h_y (log theta - log OR).
 */
import { exponential, logarithm } from "../core/elementary.ts";
import { informationOf } from "../measures/mutual-information.ts";
import type { Decomposition } from "./decomposition.ts";
import { type Bit, jointLevels } from "./pair.ts";

/** -log theta beyond which cells are within e^(-FARTHEST / 2), 4e-18, of the samples from where they are at theta = 0. */
const FARTHEST = 80;
/** Of log OR - log theta, at which a root is found: I_Q is then above its minimum by less than this many nats. */
const TOLERANCE = 1e-12;
/** Enough for bisection alone to leave 2^-42 of the range. */
const MOST_STEPS = 84;

/** What is given of a class. Cells 11 and 00 differ by a whole number; the lesser is computed, so that nothing cancels. */
interface Margins {
  /** Samples for which either bit is 1. */
  readonly first: number;
  readonly second: number;
  /** Samples of 11, and of 00, beyond the lesser of the two. */
  readonly moreBoth: number;
  readonly moreNeither: number;
  /** Of the samples in which the bits are as in the lesser cell, either one: sum and product. */
  readonly sum: number;
  readonly product: number;
}

function marginsOf(size: number, first: number, second: number): Margins {
  const more = size - first - second;
  const [own, other] = more >= 0 ? [first, second] : [size - first, size - second];
  return {
    first,
    second,
    moreBoth: Math.max(0, -more),
    moreNeither: Math.max(0, more),
    sum: own + other,
    product: own * other,
  };
}

/**
 * The lesser of cells 11 and 00 where the odds ratio is theta.
 * @param theta from 0, where the cell is empty, to 1, where the bits are independent
 */
function lesserCell({ moreBoth, moreNeither, sum, product }: Margins, theta: number): number {
  const s = moreBoth + moreNeither + theta * sum;
  if (s === 0) return 0;
  return (2 * theta * product) / (s + Math.sqrt(s * s + 4 * theta * (1 - theta) * product));
}

/** log OR - log theta. */
function excess(classes: readonly Margins[], logTheta: number): number {
  const theta = exponential(logTheta);
  let [neither, second, first, both] = [0, 0, 0, 0];
  for (const margins of classes) {
    const lesser = lesserCell(margins, theta);
    const common = lesser + margins.moreBoth;
    neither += lesser + margins.moreNeither;
    second += margins.second - common;
    first += margins.first - common;
    both += common;
  }
  return logarithm((both * neither) / (first * second)) - logTheta;
}

/**
 * Where log OR = log theta, theta at most 1; 0 where it is too small to tell. By regula falsi (Illinois: Dowell and Jarratt 1971),
 * with every third step a bisection, in case most of the range is flat.
 */
function commonOddsRatio(classes: readonly Margins[]): number {
  let [low, high] = [-FARTHEST, 0];
  let [atLow, atHigh] = [excess(classes, low), excess(classes, high)];
  if (atLow < 0) return 0;
  let middle = high;
  let side = 0;
  for (let step = 1; step <= MOST_STEPS && atHigh < 0; step++) {
    middle = step % 3 === 0 ? (low + high) / 2 : high - (atHigh * (high - low)) / (atHigh - atLow);
    const at = excess(classes, middle);
    if (Math.abs(at) < TOLERANCE) break;
    // An end that stays twice counts half, so that the next step falls on its side.
    if (at > 0) {
      [low, atLow] = [middle, at];
      if (side === 1) atHigh /= 2;
      side = 1;
    } else {
      [high, atHigh] = [middle, at];
      if (side === -1) atLow /= 2;
      side = -1;
    }
  }
  return exponential(middle);
}

/** [classes]: samples for which both bits are 1 in the least informed joint distribution; fractions. */
export function leastInformedBoth({ samplesPerClass, ones }: Bit, second: Bit): Float64Array {
  const classes = (other: (size: number, label: number) => number) =>
    Array.from(samplesPerClass, (size, label) => marginsOf(size, ones[label]!, other(size, label)));
  const asTheyAre = classes((_, label) => second.ones[label]!);
  // Where no class leaves a choice, any theta gives the only joint distribution.
  const hasChoice = asTheyAre.some((margins) => lesserCell(margins, 1) > 0);
  const isPositive = hasChoice && excess(asTheyAre, 0) > 0;
  // With the second bit turned over the odds ratio is its inverse.
  const negative = isPositive ? classes((size, label) => size - second.ones[label]!) : asTheyAre;
  const theta = hasChoice ? commonOddsRatio(negative) : 1;
  return Float64Array.from(negative, (margins) => {
    const common = lesserCell(margins, theta) + margins.moreBoth;
    return isPositive ? margins.first - common : common;
  });
}

export const broja: Decomposition = {
  id: "broja",
  title: "BROJA",
  meaning: "what either neuron knows, were the two as alike as what each knows of the classes allows",
  neverNegative: true,
  parts({ first, second, jointInformation }) {
    const least = informationOf(jointLevels(first, second, leastInformedBoth(first, second)));
    // The bounds are theorems; only rounding crosses them.
    const shared = first.information + second.information - least;
    return {
      redundancy: Math.max(0, Math.min(shared, first.information, second.information)),
      synergy: Math.max(0, jointInformation - least),
    };
  },
};
