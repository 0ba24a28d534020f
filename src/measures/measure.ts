/** What a measure is: a number for one neuron, from its counts and, for measures yet to come, its place in the network. */
import type { Network } from "../core/network.ts";

export interface NeuronEvidence {
  /** Samples counted. */
  readonly samples: number;
  /** Samples for which the neuron's bit is 1. */
  readonly ones: number;
  /** [classes]: of these, by class. */
  readonly onesPerClass: ArrayLike<number>;
  /** [classes]: samples of each class. */
  readonly samplesPerClass: ArrayLike<number>;
  /** Mean unquantised activation. */
  readonly meanActivation: number;
  readonly network: Network;
  /** Hidden layer, from 1. */
  readonly layer: number;
  /** Index within the layer, from 0. */
  readonly neuron: number;
}

export interface Measure {
  /** Name on the command line: `mutual-information`. */
  readonly name: string;
  /** Name in files and columns: `mutual_information`. */
  readonly id: string;
  /** Name in tables and figures. */
  readonly title: string;
  /** Bits; finite, and 0 for a neuron whose bit is constant. */
  evaluate(evidence: NeuronEvidence): number;
}
