/** A multilayer perceptron as plain data: what training yields, files hold and the sweep takes, from anywhere. */

import type { NetworkActivation } from "./activation.ts";
import type { KnownInputs } from "./input-treatment.ts";

export { type Activation, activations, quantizationThresholds } from "./activation.ts";

/** A dense layer z = W x + b. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs], row-major (PyTorch's convention). */
  readonly weights: Float32Array;
  /** [outputs]. */
  readonly biases: Float32Array;
}

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
  readonly layers: readonly DenseLayer[];
  /** Of a network from elsewhere, until it is fitted to data. Absent: it takes the numbers of a sample as data hold them. */
  readonly input?: InputForm;
  /** The file has one output, z, for two classes: the last layer's two logits are 0 and z. */
  readonly singleOutput?: SingleOutput;
}

/** Widths from input to output, for example [784, 100, 100, 10]. */
export type Widths = readonly number[];

export function widthsOf(network: Network): number[] {
  return [network.layers[0]!.inputs, ...network.layers.map((layer) => layer.outputs)];
}

/** Widths of the hidden layers: what can be ablated. */
export function hiddenWidths(widths: Widths): readonly number[] {
  return widths.slice(1, -1);
}

/** A network of a study, with the loss it was trained by; where others trained it, that is not known. */
export interface TrainedNetwork {
  readonly repeat: number;
  readonly network: Network;
  /** [epochs], empty where not known: mean cross-entropy (nats, without the L2 term) over the epoch's batches, each before its update. */
  readonly trainLoss: readonly number[];
}
