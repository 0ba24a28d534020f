/** What measures are computed from: what one pass over the validation set leaves of a hidden layer, and its weights. Plain data. */
import type { LayerActivation } from "./activation.ts";
import type { Layer } from "./layers/registry.ts";

/** How outputs are spread over levels. A bit is two levels. */
export interface LevelCounts {
  readonly levels: number;
  /**
   * `[units, levels - 1]`, ascending: the level of an output is how many of its neuron's edges lie below it. Absent for a bit,
   * whose only edge is the threshold theta of its layer.
   */
  readonly edges?: Float32Array;
  /**
   * `[units, levels - 1, classes]`: samples of the class in each level but the lowest, which holds the rest of the class. Of a
   * bit these are the samples for which it is 1. Exact.
   */
  readonly counts: Uint32Array;
}

/** Sums of outputs t, of their squares and sizes, relative to an origin, so that little cancels; all 0 for a constant neuron. */
export interface ClassSums {
  /** `[units]` */
  readonly origins: Float32Array;
  /** `[units, classes]`: sums of t - origin over the samples of the class. */
  readonly deviations: Float64Array;
  /** `[units, classes]`: sums of (t - origin)^2. */
  readonly squares: Float64Array;
  /** `[units, classes]`: sums of |t| - |origin|. */
  readonly magnitudes: Float64Array;
}

/** A hidden layer's own weights, those that read it, and those of the whole network. */
interface LayerWeights {
  /** `weights` `[units, ...]`: see `weightsInto`. */
  readonly incoming: Layer;
  /** `weights` `[units above, units, ...]`. */
  readonly outgoing: Layer;
  /** All layers of the network, first to last: `incoming` is number `layer - 1`. */
  readonly network: readonly Layer[];
}

/**
 * Sums over samples of what the loss L of a sample does to an output t: with g = dL / dt, nats by the unit of the output. The loss is
 * the cross-entropy alone, without L2.
 */
export interface GradientSums {
  /** `[units]`: of |g|. */
  readonly sizes: Float64Array;
  /** `[units]`: of |g t|, nats. */
  readonly productSizes: Float64Array;
  /** `[units]`: of g t. */
  readonly products: Float64Array;
  /** `[units]`: of (g t)^2, squared nats. */
  readonly squares: Float64Array;
}

/** Steps of a path from inputs of 0 to those of a sample. */
export const PATH_STEPS = 64;

/** Sums over samples of what flows through an output on the path from inputs of 0: see conductance.ts. */
export interface PathSums {
  /** `[units]`: of |conductance|, in units of the logits. */
  readonly conductances: Float64Array;
}

/** Sums over samples of an output's share of the label's logit: see relevance.ts. */
export interface RelevanceSums {
  /** `[units]`: of |relevance|, in units of the logits. */
  readonly sizes: Float64Array;
}

/** Sums over samples of what the removal of a neuron alone changes, something else standing in its place. */
export interface RemovalSums {
  /** `[units]`: of what the cross-entropy of a sample rises by, nats. */
  readonly losses: Float64Array;
  /** `[units]`: of the divergence of the intact prediction from the one without the neuron, nats. */
  readonly divergences: Float64Array;
  /** `[units]`: of the squared length of what the logits change by. */
  readonly squares: Float64Array;
}

/** Shapley values of a layer's neurons: players share the loss without all of them less that of the intact network. */
export interface ShapleyValues {
  /** `[units]`: nats. */
  readonly values: Float64Array;
  /** `[units]`: of the values, nats; 0 where every subset of the players was evaluated. */
  readonly standardErrors: Float64Array;
  /** Orders of removal that they come from. */
  readonly draws: number;
}

/** What a measure may need, by kind. */
export interface EvidenceOf {
  readonly levels: LevelCounts;
  readonly classSums: ClassSums;
  readonly weights: LayerWeights;
  readonly activation: LayerActivation;
  readonly gradients: GradientSums;
  readonly path: PathSums;
  readonly relevance: RelevanceSums;
  /** Each neuron alone replaced by 0. */
  readonly zeroRemovals: RemovalSums;
  /** Each neuron alone replaced by its mean. */
  readonly meanRemovals: RemovalSums;
  /** Neurons of the layer replaced by 0, one after another. */
  readonly zeroShapley: ShapleyValues;
  /** Neurons of the layer replaced by their means, one after another. */
  readonly meanShapley: ShapleyValues;
  /** Neurons of all hidden layers replaced by 0, one after another. */
  readonly zeroNetworkShapley: ShapleyValues;
  /** Neurons of all hidden layers replaced by their means, one after another. */
  readonly meanNetworkShapley: ShapleyValues;
}
export type EvidenceKind = keyof EvidenceOf;

/** Evidence that is the same for all measures. */
interface LayerFacts {
  /** Hidden layer, from 1. */
  readonly layer: number;
  readonly units: number;
  /** `[classes]`: validation samples of each class. */
  readonly samplesPerClass: ArrayLike<number>;
  /** Their sum. */
  readonly samples: number;
  /** `[units]`: mean of the unquantised activation; equal to the activation, to the bit, where that is constant. */
  readonly meanActivation: Float32Array;
}

/** One hidden layer of one network, with evidence of the kinds that were asked for. */
export type LayerEvidence<K extends EvidenceKind = EvidenceKind> = LayerFacts & Pick<EvidenceOf, K>;

/** What a device gathers of one hidden layer of one network, what is optional where a measure needs it; the rest the network says. */
export interface GatheredLayer
  extends Pick<LayerFacts, "units" | "meanActivation">,
    Partial<Omit<EvidenceOf, "levels" | "weights" | "activation">> {
  readonly levels: LevelCounts;
}

/** What a device gathers of one network. */
export interface GatheredNetwork {
  readonly repeat: number;
  readonly classes: number;
  /** `[classes]`: samples of each class; their sum is the number of samples. */
  readonly samplesPerClass: Uint32Array;
  /** One per hidden layer, first to last. */
  readonly layers: readonly GatheredLayer[];
}

/** `[levels - 1, classes]`: of one neuron. */
export function countsOf({ levels, counts }: LevelCounts, classes: number, unit: number): Uint32Array {
  const each = (levels - 1) * classes;
  return counts.subarray(unit * each, (unit + 1) * each);
}
