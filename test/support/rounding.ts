/**
 * Bounds that only tests need, built on those of src/reference/rounding.ts: WGSL also grants sqrt as 1 / inverseSqrt
 * (2 ULP), log 3 ULP or 2^-21 absolute for arguments in [0.5, 2].
 */
import { type ActivationLike, alphaOf, fullActivation } from "../../src/core/activation.ts";
import { derivative } from "../../src/reference/backward.ts";
import { expBound, SMALLEST_NORMAL, sumBound, ULP } from "../../src/reference/rounding.ts";

export { activationBound, expBound, keptSlopeBound, sumBound, ULP } from "../../src/reference/rounding.ts";

/** Absolute error of log(x) for an exact x. */
export function logBound(x: number): number {
  return x >= 0.5 && x <= 2 ? 2 ** -21 : 3 * ULP * Math.abs(Math.log(x));
}

/** Error of act'(t), computed from an activation t that is off by at most `tBound`; not of GELU's, see `keptSlopeBound`. */
export function derivativeBound(t: number, tBound: number, activation: ActivationLike): number {
  const { kind } = fullActivation(activation);
  if (kind === "relu" || kind === "identity") return 0;
  // Its derivative jumps at 0: alpha is rounded to float32.
  if (kind === "leaky-relu") return ULP * alphaOf(activation);
  if (kind === "elu") return t > 0 ? 0 : tBound + 2 * ULP * alphaOf(activation);
  if (kind === "softplus") return (tBound + expBound(t)) * Math.exp(-t) + 4 * ULP;
  const slope = kind === "sigmoid" ? Math.abs(1 - 2 * t) : 2 * Math.abs(t);
  return slope * tBound + tBound * tBound + 3 * ULP * Math.max(derivative(t, activation), t * t);
}

/** Rows whose largest element, with what is derived from it, the bounds below need. */
interface Softmax {
  readonly probabilities: readonly number[];
  /** Relative error of each probability, for exact logits. */
  readonly relative: readonly number[];
  readonly total: number;
  readonly totalRelative: number;
  readonly highest: number;
}

function softmax(row: readonly number[]): Softmax {
  const highest = Math.max(...row);
  const exponentials = row.map((value) => Math.exp(value - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const errors = row.map((value, c) => expBound(value - highest) * exponentials[c]!);
  const totalRelative = (errors.reduce((sum, value) => sum + value, 0) + sumBound(row.length, total)) / total;
  return {
    probabilities: exponentials.map((value) => value / total),
    relative: row.map((value) => expBound(value - highest) + totalRelative + 2.5 * ULP),
    total,
    totalRelative,
    highest,
  };
}

/** Error of the deltas of one row, [classes], whose logits are each off by at most `logitBound`. */
export function outputDeltaBounds(row: readonly number[], label: number, count: number, logitBound = 0): number[] {
  const { probabilities, relative } = softmax(row);
  return probabilities.map((probability, c) => {
    // |dp_c / dz_k| summed over k is 2 p_c (1 - p_c).
    const error = probability * (relative[c]! + 2 * (1 - probability) * logitBound * (1 + 2 * logitBound));
    // The scale 1 / count is a division, its use and the difference a rounding each.
    return (error + 4.5 * ULP * Math.abs(probability - (c === label ? 1 : 0))) / count + SMALLEST_NORMAL;
  });
}

/** Error of the cross-entropy of one row whose logits are each off by at most `logitBound`. */
export function lossBound(row: readonly number[], label: number, logitBound = 0): number {
  const { total, totalRelative, highest } = softmax(row);
  const roundings = 2 * ULP * (Math.abs(Math.log(total)) + Math.abs(highest) + Math.abs(row[label]!));
  return logBound(total) + totalRelative + roundings + 2 * logitBound;
}
