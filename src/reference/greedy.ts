/** What a greedy search compares, by the definition and in float64: every candidate removed from the whole network, sample by sample. */
import type { NeuronAddress } from "../core/ablation.ts";
import type { Split } from "../core/dataset.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { type Network, networkShape } from "../core/network.ts";
import { crossEntropy, maskedOutputs, predictedClass, valuesOf } from "./sweep.ts";

interface Outcome {
  /** Mean cross-entropy over the split, nats. */
  readonly loss: number;
  /** Samples classified wrongly. */
  readonly wrong: number;
}

/** Without it and those before it. */
type ReferenceCandidate = NeuronAddress & Outcome;

/** @param constants per hidden layer [neurons] */
export function outcomeWithout(
  network: Network,
  split: Split,
  removed: readonly NeuronAddress[],
  constants: readonly ArrayLike<number>[],
): Outcome {
  const replacements = hiddenUnits(networkShape(network)).map((units, index) =>
    Array.from({ length: units }, (_, neuron) =>
      removed.some((one) => one.layer === index + 1 && one.neuron === neuron) ? constants[index]![neuron]! : undefined,
    ),
  );
  let [sum, wrong] = [0, 0];
  for (let sample = 0; sample < split.count; sample++) {
    const logits = maskedOutputs(network, valuesOf(split, sample), replacements).at(-1)!;
    sum += crossEntropy(logits, split.labels[sample]!);
    if (predictedClass(logits) !== split.labels[sample]) wrong++;
  }
  return { loss: sum / split.count, wrong };
}

/** Every neuron of some hidden layers (from 1) that is left, in the order layer, neuron. */
export function greedyCandidates(
  network: Network,
  split: Split,
  removed: readonly NeuronAddress[],
  constants: readonly ArrayLike<number>[],
  layers: readonly number[],
): ReferenceCandidate[] {
  const isLeft = ({ layer, neuron }: NeuronAddress) =>
    removed.every((one) => one.layer !== layer || one.neuron !== neuron);
  return layers
    .flatMap((layer) => Array.from(constants[layer - 1]!, (_, neuron) => ({ layer, neuron })))
    .filter(isLeft)
    .map((one) => ({ ...one, ...outcomeWithout(network, split, [...removed, one], constants) }));
}
