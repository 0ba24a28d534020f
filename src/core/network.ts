/** A network as plain data: what training yields, files hold and the sweep takes, from anywhere. */

import type { NetworkActivation } from "./activation.ts";
import type { KnownInputs } from "./input-treatment.ts";
import type { NetworkShape } from "./layers/network-shape.ts";
import { type Layer, shapeOf } from "./layers/registry.ts";

/** What the file of a network says of the numbers that it takes. */
export interface InputForm {
  /** Extents of a sample, in the order in which the network takes its numbers; absent where the file does not say. */
  readonly shape?: readonly number[];
  /** Whole numbers: bytes as 0 to 255, and not as b / 255. */
  readonly whole?: boolean;
}

/** The function behind the one output of a network for two classes: none, so that it is a logit, or the sigmoid. */
export const singleOutputs = ["logit", "sigmoid"] as const;
export type SingleOutput = (typeof singleOutputs)[number];

/** Hidden layers with an activation each, then a linear layer whose outputs are logits. */
export interface Network extends KnownInputs {
  readonly activation: NetworkActivation;
  /** At least one; the last one gives the logits. */
  readonly layers: readonly Layer[];
  /** Of a network from elsewhere, until it is fitted to data. Absent: it takes the numbers of a sample as data hold them. */
  readonly input?: InputForm;
  /** The file has one output, z, for two classes: the last layer's two logits are 0 and z. */
  readonly singleOutput?: SingleOutput;
}

export function networkShape({ layers }: Pick<Network, "layers">): NetworkShape {
  return layers.map(shapeOf);
}

/** The weights that go into one unit of a layer. */
export function weightsInto(layer: Layer, unit: number): Float32Array {
  const each = layer.weights.length / shapeOf(layer).units;
  return layer.weights.subarray(unit * each, (unit + 1) * each);
}

/** A network of a study, with the loss it was trained by; where others trained it, that is not known. */
export interface TrainedNetwork {
  readonly repeat: number;
  readonly network: Network;
  /** [epochs], empty where not known: mean cross-entropy (nats, without the L2 term) over the epoch's batches, each before its update. */
  readonly trainLoss: readonly number[];
}
