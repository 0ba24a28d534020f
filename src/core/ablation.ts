/** Orders of removal and the curves they give, as plain data. */
import type { ScopeText } from "./scope.ts";

export const directions = ["low", "high", "none"] as const;
/** `low`: lowest value removed first. `high`: highest first. `none`: a random order. */
export type Direction = (typeof directions)[number];

export const ablationModes = ["zero", "mean"] as const;
/** What a removed neuron's output becomes: 0, or its mean over the validation set (bias balancing). */
export type AblationMode = (typeof ablationModes)[number];

/** The measure name that stands for random orders in files and tables. */
export const RANDOM = "random";

/** A neuron of one network: hidden layer from 1, index from 0. */
export interface NeuronAddress {
  readonly layer: number;
  readonly neuron: number;
}

/** What names an order of removal among all of a study. */
export interface OrderKey {
  readonly repeat: number;
  readonly scope: ScopeText;
  /** Measure id, or `random`. */
  readonly measure: string;
  readonly direction: Direction;
  /** Random draw from 0; 0 for measures. */
  readonly draw: number;
}

/** One order of removal for one network. */
export interface RemovalOrder extends OrderKey {
  /** `[neurons removed]`: first removed first. */
  readonly neurons: readonly NeuronAddress[];
}

/** Test accuracy and loss after cumulative removals along an order, which it names, in one mode. */
export interface CurveOutcome {
  readonly order: OrderKey;
  readonly mode: AblationMode;
  /** Number of test samples that `correct` is out of. */
  readonly samples: number;
  /** `[steps]`: neurons removed; starts at 0 and ends with all of the order. */
  readonly removed: Uint32Array;
  /** `[steps]`: test samples classified correctly. Exact. */
  readonly correct: Uint32Array;
  /** `[steps]`: mean cross-entropy over the test set, nats. */
  readonly loss: Float64Array;
}

/** The same with the order itself. */
export interface AblationCurve extends CurveOutcome {
  readonly order: RemovalOrder;
}

/**
 * Which neurons are removed alone: none, or so many of each hidden layer (all, where it has no more), drawn by the seed. Where
 * nothing is said, all are.
 */
export type SinglesChoice = "none" | number;

/** Test accuracy and loss with one neuron removed at a time, for one hidden layer of one network in one mode. */
export interface SingleRemovals {
  readonly repeat: number;
  /** Hidden layer, from 1. */
  readonly layer: number;
  readonly mode: AblationMode;
  /** Number of test samples that `correct` is out of. */
  readonly samples: number;
  /** `[neurons]`: which neurons of the layer, ascending. Absent where they are all of them. */
  readonly neurons?: Uint32Array;
  /** `[neurons]`: test samples classified correctly without the neuron. Exact. */
  readonly correct: Uint32Array;
  /** `[neurons]`: mean cross-entropy over the test set without the neuron, nats. */
  readonly loss: Float64Array;
  /** `[neurons, classes]`: of `correct`, by class. Exact. Absent in files written before it was counted. */
  readonly correctPerClass?: Uint32Array;
}

/** `[neurons]`: the numbers within their layer of the neurons that were removed alone, ascending. */
export function removedAlone({ neurons, correct }: SingleRemovals): Uint32Array {
  return neurons ?? Uint32Array.from(correct.keys());
}
