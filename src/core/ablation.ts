/** Orders of removal and the curves they give, as plain data. */
import type { ScopeText } from "./scope.ts";

export const directions = ["low", "high", "none"] as const;
/** `low`: lowest value removed first. `high`: highest first. `none`: a random order. */
export type Direction = (typeof directions)[number];

export const replacementModes = ["zero", "mean"] as const;
/** What a removed neuron's output becomes: 0, or its mean over the validation set (bias balancing). Measures and sequences know these. */
export type ReplacementMode = (typeof replacementModes)[number];

export const constantModes = [...replacementModes, "optimal"] as const;
/** The modes in which it becomes a constant; `optimal`: that with which the network's loss on the validation set is least. */
export type ConstantMode = (typeof constantModes)[number];

export const rebuildingModes = ["least-squares", "merge"] as const;
/**
 * The modes in which it becomes an affine function of outputs that its layer keeps, so that their outgoing weights change:
 * of all by least squares, or of the one that it is most correlated with.
 */
export type RebuildingMode = (typeof rebuildingModes)[number];

export const ablationModes = [...constantModes, ...rebuildingModes] as const;
/** What a removed neuron's output becomes, in curves and where networks are pruned. */
export type AblationMode = (typeof ablationModes)[number];

/** What stands for removed neurons, after "replaced by" or "become". */
interface ModeTexts {
  readonly one: string;
  readonly many: string;
}

export const modeTexts: Readonly<Record<AblationMode, ModeTexts>> = {
  zero: { one: "zero", many: "zero" },
  mean: { one: "its mean", many: "their mean" },
  optimal: { one: "its optimal constant", many: "their optimal constants" },
  "least-squares": { one: "its regression on the kept neurons", many: "their regression on the kept neurons" },
  merge: {
    one: "the kept neuron that it is most correlated with, scaled",
    many: "the kept neurons that they are most correlated with, scaled",
  },
};

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
/** As it is asked for. */
export type AskedSingles = "all" | SinglesChoice;

/** As study.json says it: `all` is the default, and not said. */
export function recordedSingles(asked: AskedSingles | undefined): SinglesChoice | undefined {
  return asked === "all" ? undefined : asked;
}

/** Test accuracy and loss with one neuron removed at a time, for one hidden layer of one network in one mode. */
export interface SingleRemovals {
  readonly repeat: number;
  /** Hidden layer, from 1. */
  readonly layer: number;
  readonly mode: ConstantMode;
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
