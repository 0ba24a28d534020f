/**
 * Allowances of operations for what is no product, in the costs that profiles report. A comparison, an addition, an `exp`,
 * a `log`, a division and an integer operation count as one each. They are conventions, not measurements: products
 * dominate wherever a rate is worth reading.
 */
import { type Activation, type ActivationLike, fullActivation } from "../../core/activation.ts";

/** Floats of a quad, and their bytes; a scalar. */
export const QUAD = 4;
export const QUAD_BYTES = 16;
export const SCALAR_BYTES = 4;

/**
 * Per unit. sigmoid: exp, add, divide, select. tanh: exp, two additions, divide, sign, select. relu: a comparison. The others
 * likewise: what a unit's value takes, a series counted with its terms.
 */
const valueOperations: Readonly<Record<Activation, number>> = {
  identity: 0,
  sigmoid: 4,
  tanh: 6,
  relu: 1,
  "leaky-relu": 2,
  elu: 4,
  softplus: 20,
  gelu: 18,
  "gelu-tanh": 10,
};

export function activationOperations(activation: ActivationLike): number {
  return valueOperations[fullActivation(activation).kind];
}

/** Per unit, the product with the delta from above included: all there is where the slope was kept. */
const slopeOperations: Readonly<Record<Activation, number>> = {
  identity: 1,
  sigmoid: 3,
  tanh: 3,
  relu: 2,
  "leaky-relu": 2,
  elu: 3,
  softplus: 4,
  gelu: 1,
  "gelu-tanh": 1,
};

export function derivativeOperations(activation: ActivationLike): number {
  return slopeOperations[fullActivation(activation).kind];
}

/** Per unit, for a slope that is kept: what GELU's takes beyond its value. */
export const KEPT_SLOPE_OPERATIONS = 7;

/** Per sample: a maximum, a subtraction, an exp and an addition for each class, then log, two additions, a comparison. */
export function tallyOperations(classes: number): number {
  return 4 * classes + 4;
}

/** Per sample: as a tally, and for each class the probability, its difference from the label, and the mean. */
export function softmaxDeltaOperations(classes: number): number {
  return tallyOperations(classes) + 5 * classes;
}

/** Per parameter: L2 term (2), first moment (3), second moment (4), update (5: two products, root, sum, quotient). */
export const ADAM_OPERATIONS = 14;
/** Per parameter of the variants that write the gradient. */
export const L2_OPERATIONS = 2;
