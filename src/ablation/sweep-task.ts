/** What sweeps are given. */
import type { AblationMode, RemovalOrder } from "../core/ablation.ts";
import type { Network } from "../core/network.ts";

export interface SweepOptions {
  readonly modes: readonly AblationMode[];
  readonly stride: number;
}

/** A network, the orders to remove its neurons in, and the constants that replace them in mode `mean`. */
export interface SweepTask {
  readonly network: Network;
  readonly orders: readonly RemovalOrder[];
  /** Per hidden layer: [neurons] mean activations. */
  readonly meanActivations: readonly Float32Array[];
}
