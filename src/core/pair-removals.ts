/** What removing two neurons of a layer together costs, and how that compares with removing each alone. Plain data. */
import type { ConstantMode } from "./ablation.ts";

export const pairRemovalScopes = ["layers"] as const;
/** Which pairs of neurons are removed together. `layers`: all pairs of each hidden layer. */
export type PairRemovalScope = (typeof pairRemovalScopes)[number];

/** Test accuracy and loss with two neurons removed at a time, for one hidden layer of one network in one mode. */
export interface PairRemovals {
  readonly repeat: number;
  /** Hidden layer, from 1. */
  readonly layer: number;
  readonly mode: ConstantMode;
  /** Number of test samples that `correct` is out of. */
  readonly samples: number;
  /** `[pairs]`: test samples classified correctly without both. Exact. Pairs come by their lower neuron, then by the higher. */
  readonly correct: Uint32Array;
  /** `[pairs]`: mean cross-entropy over the test set without both, nats. */
  readonly loss: Float64Array;
  /** `[units]`: the same without this neuron alone. */
  readonly lossAlone: Float64Array;
  /** The same of the whole network. */
  readonly lossIntact: number;
}

/**
 * Super-additive damage, nats: what removing both costs beyond what removing each alone costs,
 * (L_ij - L) - (L_i - L) - (L_j - L) with L the mean cross-entropy over the test set. Not a number where a loss is infinite.
 * @param pair place of the pair (`pairPlace`)
 */
export function superAdditiveLoss({ loss, lossAlone, lossIntact }: PairRemovals, pair: number, [i, j]: PairOf): number {
  return loss[pair]! - lossAlone[i]! - lossAlone[j]! + lossIntact;
}

/** Two neurons of a layer. */
type PairOf = readonly [neuron: number, other: number];

/** Two neurons of a layer of so many, in the order of places. */
export function* pairsAmong(units: number): Generator<PairOf> {
  for (let neuron = 0; neuron < units; neuron++) {
    for (let other = neuron + 1; other < units; other++) yield [neuron, other];
  }
}

/** The super-additive damage of all pairs of one hidden layer of one network in one mode, as pair-removals.csv tells it. */
export interface PairDamages {
  readonly repeat: number;
  /** Hidden layer, from 1. */
  readonly layer: number;
  readonly mode: ConstantMode;
  /** Neurons of the layer. */
  readonly units: number;
  /** `[pairs]`, nats; NaN where a loss is infinite. */
  readonly damage: Float64Array;
}
