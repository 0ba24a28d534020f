/** What sweeps are given. */
import type { AblationCurve, AblationMode, ConstantMode, RemovalOrder } from "../core/ablation.ts";
import type { Network } from "../core/network.ts";
import type { LayerMoments } from "./modes/rebuilding.ts";

export interface SweepOptions {
  readonly modes: readonly AblationMode[];
  readonly stride: number;
}

/** The same where removed neurons become constants. */
export interface ConstantOptions extends SweepOptions {
  readonly modes: readonly ConstantMode[];
}

/** A curve in which they do. */
export interface ConstantCurve extends AblationCurve {
  readonly mode: ConstantMode;
}

/** Per hidden layer [neurons]: the constants that replace removed neurons. */
export interface ReplacementConstants {
  /** In mode `mean`. */
  readonly meanActivations: readonly Float32Array[];
  /** In mode `optimal`; absent where nobody asks for it. */
  readonly optimalConstants?: readonly Float32Array[];
}

/** What was fitted to a network on the validation set, for the modes that need it. */
export interface FittedModes {
  readonly optimalConstants?: readonly Float32Array[];
  /** Per hidden layer: what removed neurons are rebuilt by; absent where nobody asks for it. */
  readonly moments?: readonly LayerMoments[];
}

/** A network, the orders to remove its neurons in, and what stands for them. */
export interface SweepTask extends ReplacementConstants, FittedModes {
  readonly network: Network;
  readonly orders: readonly RemovalOrder[];
}
