/** The values of the shaders' overrides for each activation function. */
import {
  type Activation,
  type ActivationLike,
  alphaOf,
  fullActivation,
  needsKeptSlope,
} from "../../core/activation.ts";

const codes: Readonly<Record<Activation, number>> = {
  identity: 0,
  sigmoid: 1,
  tanh: 2,
  relu: 3,
  "leaky-relu": 4,
  elu: 5,
  softplus: 6,
  gelu: 7,
  "gelu-tanh": 8,
};

/** ACTIVATION and ALPHA, for shaders that compute values. */
export function activationOverrides(activation: ActivationLike): { ACTIVATION: number; ALPHA: number } {
  return { ACTIVATION: codes[fullActivation(activation).kind], ALPHA: alphaOf(activation) };
}

/** Those and SLOPES_KEPT, for shaders that go backward. */
export function derivativeOverrides(activation: ActivationLike) {
  return { ...activationOverrides(activation), SLOPES_KEPT: Number(needsKeptSlope(activation)) };
}
