/**
 * How far a float32 result may lie from float64: the bound of a sum in any order, and what WGSL grants its built-ins
 * ("Accuracy of Concrete Floating-point Expressions"): division 2.5 ULP, exp (3 + 2 |x|) ULP; + - * and fma are correctly
 * rounded.
 */
import { type ActivationLike, alphaOf, fullActivation } from "../core/activation.ts";
import { activate, normalProbability } from "../core/activation-values.ts";
import { keptSlope } from "./forward.ts";

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

/** Absolute error of Abramowitz and Stegun's formula 7.1.26 for erf, which activate.wgsl uses for GELU. */
const ERF_ERROR = 1.5e-7;

/** Error of act(z) as forward.wgsl computes it, where z itself is off by at most `zBound`. */
export function activationBound(z: number, zBound: number, activation: ActivationLike): number {
  const { kind } = fullActivation(activation);
  if (kind === "identity" || kind === "relu") return zBound;
  const value = Math.abs(activate(z, activation));
  if (kind === "leaky-relu") return Math.max(1, alphaOf(activation)) * zBound + 2 * ULP * value + SMALLEST_NORMAL;
  if (kind === "elu") {
    // alpha (e - 1): the exponential's error, one difference and one product. The series near 0 is right to a few ULP.
    const exponential = z > 0 ? 0 : alphaOf(activation) * (expBound(z) + ULP) * Math.exp(z);
    return Math.max(1, alphaOf(activation)) * zBound + exponential + 4 * ULP * value + SMALLEST_NORMAL;
  }
  // log1p(e) by its series, whose slope in e is at most 1.
  if (kind === "softplus") return zBound + expBound(z) * Math.exp(-Math.abs(z)) + 16 * ULP * value + SMALLEST_NORMAL;
  // z times a probability p: its slope is at most 1.13, and p's own error counts |z| times.
  if (kind === "gelu" || kind === "gelu-tanh") {
    return 1.13 * zBound + Math.abs(z) * geluProbabilityBound(z, kind) + SMALLEST_NORMAL;
  }
  // Both are quotients of 1 +- e, whose derivative in e is at most 2 (at most 1 for the sigmoid): division and the two
  // sums take 4 ULP of the result, the exponential its own share of e.
  const argument = kind === "sigmoid" ? -Math.abs(z) : -2 * Math.abs(z);
  const slope = kind === "sigmoid" ? 0.25 : 1;
  const exponential = 2 * expBound(argument) * Math.exp(argument);
  // Within the tanh's series (|z| < 0.02) no exponential is taken; its omitted term 2/15 z^5 is below 1 ULP.
  const series = kind === "tanh" && Math.abs(z) + zBound < 0.02;
  return slope * zBound + (series ? 0 : exponential) + 4 * ULP * value + SMALLEST_NORMAL;
}

/** x of the e^-x in GELU's p and p'. */
function geluExponent(z: number, kind: "gelu" | "gelu-tanh"): number {
  const size = Math.abs(z);
  return kind === "gelu" ? (z * z) / 2 : 2 * Math.sqrt(2 / Math.PI) * (size + 0.044715 * size ** 3);
}

/** Error of p for an exact z. */
function geluProbabilityBound(z: number, kind: "gelu" | "gelu-tanh"): number {
  const argument = geluExponent(z, kind);
  const tail = normalProbability(-Math.abs(z));
  // The polynomial's terms alternate and add up to 2 in size, so that their roundings are a few ULP of the tail's scale.
  const formula = kind === "gelu" ? ERF_ERROR / 2 + 8 * ULP * Math.exp(-argument) : 0;
  return formula + 2 * expBound(argument) * Math.max(tail, Math.exp(-argument)) + 4 * ULP;
}

/** Error of act'(z) of GELU as forward.wgsl keeps it, p + z p', where z itself is off by at most `zBound`. */
export function keptSlopeBound(z: number, zBound: number, activation: ActivationLike): number {
  const kind = fullActivation(activation).kind === "gelu" ? "gelu" : "gelu-tanh";
  const p = z === 0 ? 0.5 : activate(z, kind) / z;
  // p' is an exponential, as p's is, and at most 12 roundings and divisions. The second derivative is at most 0.8.
  const rest = Math.abs(keptSlope(z, kind) - p) * (2 * expBound(geluExponent(z, kind)) + 12 * ULP);
  return 0.8 * zBound + geluProbabilityBound(z, kind) + rest + SMALLEST_NORMAL;
}
