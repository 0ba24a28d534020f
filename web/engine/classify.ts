/** One sample's way through a network, in float64 on the host: scores with and without some neurons, and what carried them. */

import type { NeuronAddress, ReplacementMode } from "../../src/core/ablation.ts";
import { activationOfLayer } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import { exponential } from "../../src/core/elementary.ts";
import { multiplyAdds } from "../../src/core/layers/network-shape.ts";
import { shapeOf } from "../../src/core/layers/registry.ts";
import { greatest } from "../../src/core/long-arrays.ts";
import { type Network, weightsInto } from "../../src/core/network.ts";
import { layerOutputs } from "../../src/reference/layers.ts";
import type { Classified } from "./protocol.ts";

export interface SampleRemoval {
  readonly removed: readonly NeuronAddress[];
  readonly mode: ReplacementMode;
  /** [hidden layers][neurons] */
  readonly means: readonly ArrayLike<number>[];
}

/** What the network makes of the inputs. */
type Scores = Pick<Classified, "before" | "after" | "winner" | "activations" | "carried" | "carriedFrom">;

/** Multiply-adds of the single removals of one sample: a tenth of a second or two. */
const MOST_OPERATIONS = 2e8;

function replacement({ mode, means }: SampleRemoval, { layer, neuron }: NeuronAddress): number {
  return mode === "zero" ? 0 : means[layer - 1]![neuron]!;
}

function replace(outputs: Float64Array, layer: number, removal: SampleRemoval): void {
  for (const address of removal.removed)
    if (address.layer === layer) outputs[address.neuron] = replacement(removal, address);
}

/** [layers from `first` on]: outputs of each layer, the logits last; removed neurons give their replacement. */
function outputsFrom({ layers, activation }: Network, first: number, inputs: Float64Array, removal: SampleRemoval) {
  const outputs: Float64Array[] = [];
  let below = inputs;
  for (let index = first; index < layers.length; index++) {
    below = layerOutputs(below, layers[index]!, activationOfLayer(activation, index, layers.length));
    replace(below, index + 1, removal);
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

/**
 * How much the winner's logit falls when one more neuron of a layer is replaced, for each of them; 0 for those that are out.
 * @param after [layers]: outputs with the neurons of `removal` replaced
 * @param layer hidden, from 1
 */
function fallsOf(
  network: Network,
  after: readonly Float64Array[],
  layer: number,
  removal: SampleRemoval,
  winner: number,
) {
  const { layers, activation } = network;
  const own = after[layer - 1]!;
  const above = layers[layer]!;
  const act = activationOfLayer(activation, layer, layers.length);
  const sums = layerOutputs(own, above, "identity");
  const into = Array.from(sums, (_, unit) => weightsInto(above, unit));
  const logit = after.at(-1)![winner]!;
  return own.map((output, neuron) => {
    const change = replacement(removal, { layer, neuron }) - output;
    if (change === 0) return 0;
    const next = sums.map((sum, unit) => activate(sum + change * into[unit]![neuron]!, act));
    replace(next, layer + 1, removal);
    const logits = outputsFrom(network, layer + 1, next, removal).at(-1) ?? next;
    return logit - logits[winner]!;
  });
}

/** Multiply-adds of `fallsOf`. */
function operationsOf({ layers }: Network, layer: number): number {
  const above = shapeOf(layers[layer]!);
  return above.inputs * (above.units + multiplyAdds(layers.slice(layer + 1).map(shapeOf)));
}

/** The first layer, from 1, from which on all single removals together take no more than `most`; the last one always. */
function firstAffordable(network: Network, most: number): number {
  let layer = network.layers.length - 1;
  let operations = operationsOf(network, layer);
  while (layer > 1 && operations + operationsOf(network, layer - 1) <= most) {
    layer--;
    operations += operationsOf(network, layer);
  }
  return layer;
}

/**
 * @param inputs [features] as the network takes them
 * @param most multiply-adds that single removals may take; layers for which they do not reach have NaN in `carried`
 */
export function classifyInputs(
  network: Network,
  inputs: Float64Array,
  removal: SampleRemoval,
  most = MOST_OPERATIONS,
): Scores {
  const before = outputsFrom(network, 0, inputs, { ...removal, removed: [] });
  const after = outputsFrom(network, 0, inputs, removal);
  const logits = after.at(-1)!;
  const winner = logits.indexOf(greatest(logits));
  const carriedFrom = firstAffordable(network, most);
  const carried = after.slice(0, -1).flatMap((outputs, index) => {
    const isKnown = index + 1 >= carriedFrom;
    return [...(isKnown ? fallsOf(network, after, index + 1, removal, winner) : outputs.map(() => Number.NaN))];
  });
  return {
    before: softmax(before.at(-1)!),
    after: softmax(logits),
    winner,
    activations: Float64Array.from(after.slice(0, -1).flatMap((outputs) => [...outputs])),
    carried: Float64Array.from(carried),
    carriedFrom,
  };
}
