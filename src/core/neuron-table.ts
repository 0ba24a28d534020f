/** One row per hidden neuron of one network: counts and the measures derived from them, as columns. */

export interface NeuronTable {
  readonly repeat: number;
  readonly rows: number;
  readonly classes: number;
  /** [rows]: hidden layer, from 1. */
  readonly layer: Uint32Array;
  /** [rows]: index within the layer, from 0. */
  readonly neuron: Uint32Array;
  /** Samples that were counted (the validation set). */
  readonly samples: number;
  /** [rows]: samples for which the bit is 1. */
  readonly ones: Uint32Array;
  /** [rows, classes]. */
  readonly onesPerClass: Uint32Array;
  /** [rows]: the class that maximises D(P_{T|y} || P_T); the lowest such class. */
  readonly preferredClass: Uint32Array;
  /** [rows]: mean unquantised activation. */
  readonly meanActivation: Float32Array;
  /** Measure id (file form, for example `mutual_information`) to [rows] values in bits. */
  readonly measures: Readonly<Record<string, Float64Array>>;
}
