/** What one pass over the validation set leaves of a network: exact counts and mean activations per hidden neuron. */

/** Histograms of outputs that are divided into more than two levels. */
export interface LevelCounts {
  readonly levels: number;
  /** [neurons, levels - 1], ascending: the level of an output is how many of its neuron's edges lie below it. */
  readonly edges: Float32Array;
  /** `[neurons, levels, classes]`: samples of the class whose output is in the level. Exact. */
  readonly counts: Uint32Array;
}

/** One hidden layer of one network. */
export interface LayerCounts {
  readonly neurons: number;
  /** `[neurons, classes]`: samples of the class for which the neuron's bit is 1. Exact. */
  readonly onesPerClass: Uint32Array;
  /** What takes the place of the bit where there are more than two levels. */
  readonly histograms?: LevelCounts;
  /** `[neurons]`: mean of the unquantised activation; equal to the activation, to the bit, where that is constant. */
  readonly meanActivation: Float32Array;
}

export interface NetworkCounts {
  readonly repeat: number;
  readonly classes: number;
  /** `[classes]`: samples of each class; their sum is the number of samples. */
  readonly samplesPerClass: Uint32Array;
  /** One per hidden layer, first to last. */
  readonly layers: readonly LayerCounts[];
}
