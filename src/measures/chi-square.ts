/** Quantiles of the chi-square distribution with whole degrees of freedom. */
import { normalProbability } from "../core/activation-values.ts";
import { exponential } from "../core/elementary.ts";

/**
 * P(X > x), by Q(x; d + 2) = Q(x; d) + (x/2)^(d/2) e^(-x/2) / Gamma(d/2 + 1) (Abramowitz and Stegun 26.4.8), from
 * Q(x; 1) = 2 P(Z > sqrt x) or Q(x; 2) = e^(-x/2).
 */
export function chiSquareTail(x: number, degrees: number): number {
  const odd = degrees % 2 === 1;
  let tail = odd ? 2 * normalProbability(-Math.sqrt(x)) : exponential(-x / 2);
  let term = odd ? Math.sqrt((2 * x) / Math.PI) * exponential(-x / 2) : (x / 2) * exponential(-x / 2);
  for (let d = odd ? 1 : 2; d < degrees; d += 2) {
    tail += term;
    term *= x / (d + 2);
  }
  return tail;
}

/** The x with P(X > x) = tail, by halving an interval until its ends are neighbours in float64. */
export function chiSquareLevel(tail: number, degrees: number): number {
  let [low, high] = [0, degrees];
  while (chiSquareTail(high, degrees) > tail) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return high;
    if (chiSquareTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
}
