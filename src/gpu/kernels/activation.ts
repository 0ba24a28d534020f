/** The values of the shaders' ACTIVATION and ALPHA overrides for each activation function. */
import { type ActivationLike, alphaOf, fullActivation, type LayerActivationKind } from "../../core/activation.ts";

const codes: Readonly<Record<LayerActivationKind, number>> = {
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

export function activationOverrides(activation: ActivationLike): { ACTIVATION: number; ALPHA: number } {
  return { ACTIVATION: codes[fullActivation(activation).kind], ALPHA: alphaOf(activation) };
}
