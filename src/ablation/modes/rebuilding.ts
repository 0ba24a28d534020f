/** What a mode does that rebuilds removed neurons from those that their layer keeps. */
import type { RebuiltBelow } from "../../core/layers/layer-kind.ts";

/** Outputs of the neurons of one hidden layer over the validation set, the network intact. */
export interface LayerMoments {
  /** [units] */
  readonly means: Float32Array;
  /** [units, units]: E[(t_j - m_j)(t_k - m_k)]; rows and columns of neurons that do not vary are 0. */
  readonly covariances: Float64Array;
}

/** A layer whose neurons go one after another. */
export interface Rebuilder {
  /** @param neuron one that is kept until then */
  remove(neuron: number): void;
  /** What stands for those that are gone by now, in the order in which they went; the kept ones ascending. */
  rebuilt(): RebuiltBelow;
}

export interface Rebuilding {
  /** What orders of one layer have in common is done once. @returns starts from the intact layer, as often as it is called */
  prepare(moments: LayerMoments): () => Rebuilder;
}

/** m_r - sum over k of slope_rk m_k, which makes the mean error 0. @returns [removed] */
export function interceptsOf(
  { means }: LayerMoments,
  { removed, kept, slopes }: Omit<RebuiltBelow, "intercepts">,
): Float64Array {
  return Float64Array.from(removed, (neuron, row) =>
    kept.reduce((sum, other, column) => sum - slopes[row * kept.length + column]! * means[other]!, means[neuron]!),
  );
}
