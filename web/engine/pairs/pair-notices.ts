/** What the worker tells of pairs of neurons: plain data. Neurons are reduced to one bit, at however many levels they were measured. */
import type { NeuronAddress, ReplacementMode } from "../../../src/core/ablation.ts";

/** What two neurons know of the class, bits, by one decomposition. */
export interface PairParts {
  readonly redundancy: number;
  /** What is unique to each, in the order of the pair. */
  readonly unique: readonly [number, number];
  readonly synergy: number;
}

export interface PairFacts {
  /** Validation samples: `[classes]` of each class; those for which each bit is 1, and for which both are. */
  readonly samplesPerClass: Uint32Array;
  readonly ones: readonly [Uint32Array, Uint32Array];
  readonly both: Uint32Array;
  /** I(T;Y) of each, bits. */
  readonly information: readonly [number, number];
  /** I(T_i T_j;Y), bits, and what it is on average where labels are permuted. */
  readonly jointInformation: number;
  readonly chanceInformation: number;
  /** I(T_i;T_j), bits. */
  readonly betweenInformation: number;
  /** By id of the decomposition. */
  readonly parts: Readonly<Record<string, PairParts>>;
}

/** The test set with neurons replaced. */
interface RemovalOutcome {
  readonly correct: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

/** Of the network that is otherwise intact, whatever else is removed on the page. */
export interface PairRemoval {
  readonly mode: ReplacementMode;
  /** Test samples. */
  readonly samples: number;
  readonly intact: RemovalOutcome;
  /** Each removed alone, in the order of the pair. */
  readonly alone: readonly [RemovalOutcome, RemovalOutcome];
  readonly together: RemovalOutcome;
}

export interface LookedAtPair extends PairFacts {
  readonly sequence: number;
  readonly repeat: number;
  readonly neurons: readonly [NeuronAddress, NeuronAddress];
  readonly removal: PairRemoval;
}

/** Values of pairs of a layer that a picture may show. */
export const pairValues = ["redundancy", "synergy"] as const;
export type PairValue = (typeof pairValues)[number];

/** All pairs of a layer. */
export interface LayerPairs {
  readonly sequence: number;
  readonly repeat: number;
  /** From 1. */
  readonly layer: number;
  /** Id. */
  readonly decomposition: string;
  /** Neurons of the layer. */
  readonly units: number;
  /** `[pairs]`, bits: by the lower number, then by the higher (`pairPlace`). */
  readonly values: Readonly<Record<PairValue, Float64Array>>;
  readonly jointInformation: Float64Array;
  /** `[units]`: the neurons so that those of a cluster stand together, by each value. */
  readonly order: Readonly<Record<PairValue, Uint32Array>>;
}
