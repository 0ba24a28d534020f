/** The value of the shaders' ACTIVATION override for each activation function. */
import type { Activation } from "../../core/network.ts";

export const activationCodes: Readonly<Record<Activation | "identity", number>> = {
  identity: 0,
  sigmoid: 1,
  tanh: 2,
  relu: 3,
};
