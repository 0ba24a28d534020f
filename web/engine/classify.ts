/** One sample's way through a network, in float64 on the host: scores with and without some neurons, and what carried them. */

import type { AblationMode, NeuronAddress } from "../../src/core/ablation.ts";
import { activationOfLayer } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import { exponential } from "../../src/core/elementary.ts";
import { greatest } from "../../src/core/long-arrays.ts";
import type { Network } from "../../src/core/network.ts";
import { forwardLayer, inputValues } from "../../src/reference/forward.ts";
import { greyValues } from "./extremes.ts";
import type { Classified } from "./protocol.ts";

export interface SampleRemoval {
  readonly removed: readonly NeuronAddress[];
  readonly mode: AblationMode;
  /** [hidden layers][neurons] */
  readonly means: readonly ArrayLike<number>[];
}

/** [layers]: outputs of each layer, the logits last; removed neurons give their replacement. */
function outputsOf({ layers, activation }: Network, inputs: Float64Array, { removed, mode, means }: SampleRemoval) {
  const outputs: Float64Array[] = [];
  let below = inputs;
  for (const [index, layer] of layers.entries()) {
    below = forwardLayer(below, layer, activationOfLayer(activation, index, layers.length));
    for (const address of removed)
      if (address.layer === index + 1) below[address.neuron] = mode === "zero" ? 0 : means[index]![address.neuron]!;
    outputs.push(below);
  }
  return outputs;
}

function softmax(logits: Float64Array): Float64Array {
  const most = greatest(logits);
  const powers = logits.map((logit) => exponential(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** @throws RangeError where the split has no such sample. */
export function classifySample(
  network: Network,
  split: Split,
  sample: number,
  removal: SampleRemoval,
): Omit<Classified, "sequence" | "repeat"> {
  if (!(sample >= 0 && sample < split.count)) throw new RangeError(`there is no sample ${sample} of ${split.count}`);
  const features = split.inputs.length / split.count;
  const own = split.inputs.subarray(sample * features, (sample + 1) * features);
  const inputs = inputValues(own);
  const before = outputsOf(network, inputs, { ...removal, removed: [] });
  const after = outputsOf(network, inputs, removal);
  const logits = after.at(-1)!;
  const winner = logits.indexOf(greatest(logits));
  const last = after.at(-2)!;
  const { weights } = network.layers.at(-1)!;
  return {
    ...{ sample, label: split.labels[sample]!, pixels: greyValues(own), winner, removed: removal.removed.length },
    before: softmax(before.at(-1)!),
    after: softmax(logits),
    activations: Float64Array.from(after.slice(0, -1).flatMap((outputs) => [...outputs])),
    carried: last.map((output, neuron) => weights[winner * last.length + neuron]! * output),
  };
}
