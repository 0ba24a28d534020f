/**
 * How far a float32 result may lie from float64: the bound of a sum in any order, and what WGSL grants its built-ins
 * ("Accuracy of Concrete Floating-point Expressions"): division 2.5 ULP, exp (3 + 2 |x|) ULP; + - * and fma are correctly
 * rounded.
 */
import type { Activation } from "../core/network.ts";
import { activate } from "./forward.ts";

/** One unit in the last place of a float32, at most, relative to the value. */
export const ULP = 2 ** -23;
/** Below this a float32 may be flushed to zero. */
export const SMALLEST_NORMAL = 2 ** -126;

/** A sum of `terms` products in any order, plus one more term (a bias, the input's own rounding). */
export function sumBound(terms: number, sumOfMagnitudes: number): number {
  return 4 * Math.sqrt(terms + 1) * ULP * sumOfMagnitudes + SMALLEST_NORMAL;
}

/** Relative error of exp(x): WGSL's allowance, and one rounding of an argument that was a difference or product. */
export function expBound(x: number): number {
  return (3 + 3 * Math.abs(x)) * ULP;
}

/** Error of act(z) as forward.wgsl computes it, where z itself is off by at most `zBound`. */
export function activationBound(z: number, zBound: number, activation: Activation | "identity"): number {
  if (activation === "identity" || activation === "relu") return zBound;
  // Both are quotients of 1 +- e, whose derivative in e is at most 2 (at most 1 for the sigmoid): division and the two
  // sums take 4 ULP of the result, the exponential its own share of e.
  const argument = activation === "sigmoid" ? -Math.abs(z) : -2 * Math.abs(z);
  const slope = activation === "sigmoid" ? 0.25 : 1;
  const exponential = 2 * expBound(argument) * Math.exp(argument);
  // Within the tanh's series (|z| < 0.02) no exponential is taken; its omitted term 2/15 z^5 is below 1 ULP.
  const series = activation === "tanh" && Math.abs(z) + zBound < 0.02;
  return slope * zBound + (series ? 0 : exponential) + 4 * ULP * Math.abs(activate(z, activation)) + SMALLEST_NORMAL;
}
