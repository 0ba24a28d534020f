/** Networks and samples whose logits often tie exactly: no biases, weights of 0, classes alike, samples that leave neurons silent. */

import { removalOrders } from "../../src/ablation/orders.ts";
import { rankingsOf } from "../../src/ablation/rankings.ts";
import type { RemovalOrder } from "../../src/core/ablation.ts";
import type { Activation } from "../../src/core/activation.ts";
import type { Network } from "../../src/core/network.ts";
import type { RandomSequence } from "../../src/core/random.ts";
import { networkScopes, scopesOf } from "../../src/core/scope.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { type ByteSplit, randomSplit, realNetwork } from "./networks.ts";
import { measured, neuronsOf, orderOf } from "./sweep-task.ts";

export interface TiedOptions {
  readonly activation: Activation;
  readonly widths: readonly number[];
  /** Share of the weights that is 0. */
  readonly zeros: number;
  readonly samples: number;
  /** Whether some neurons are silent where means are taken and not on the samples; their orders remove silent neurons first. */
  readonly wakes: boolean;
}

export interface TiedCase {
  readonly network: Network;
  readonly split: ByteSplit;
  readonly meanActivations: readonly Float32Array[];
  readonly orders: readonly RemovalOrder[];
}

/** Neurons of every layer that hear only of feature 0, by such neurons below, and of which nobody else hears. */
const APART = 2;
/** Neuron of the last hidden layer in whose weights alone the last two classes differ. */
const TELLING = 2;

/** Whether a weight joins a neuron apart and one that is not. Of the lowest layer, feature 0 is apart; to classes, all go. */
function isBarred(layer: number, layers: number, input: number, output: number): boolean {
  if (layer === layers - 1) return false;
  return input < (layer === 0 ? 1 : APART) !== output < APART;
}

function tiedNetwork(random: RandomSequence, { widths, activation, zeros }: TiedOptions): Network {
  const { layers } = realNetwork(random, widths, activation);
  const tied = layers.map(({ inputs, outputs, weights, biases }, index) => {
    const kept = weights.map((weight, at) => {
      const [input, output] = [at % inputs, Math.floor(at / inputs)];
      if (isBarred(index, layers.length, input, output)) return 0;
      if (output < APART) return Math.abs(weight);
      return random.nextUnit() < zeros ? 0 : weight;
    });
    if (index === layers.length - 1) {
      // They win often: only the highest logits' ties are seen.
      for (let at = (outputs - 2) * inputs; at < (outputs - 1) * inputs; at++) kept[at]! += kept[at] === 0 ? 0 : 1;
      const telling = kept[(outputs - 1) * inputs + TELLING]!;
      kept.copyWithin((outputs - 1) * inputs, (outputs - 2) * inputs, (outputs - 1) * inputs);
      kept[(outputs - 1) * inputs + TELLING] = telling + 1;
    }
    return { inputs, outputs, weights: kept, biases: biases.map(() => 0) };
  });
  return { activation, layers: tied };
}

/** Every third sample lights one input alone, every 16th none. */
function dimSplit(random: RandomSequence, count: number, widths: readonly number[]): ByteSplit {
  const features = widths[0]!;
  const split = randomSplit(random, count, features, widths.at(-1)!);
  for (let sample = 0; sample < count; sample++) {
    const only = random.nextBelow(features);
    for (let feature = 0; feature < features; feature++) {
      if (sample % 16 === 0 || (sample % 3 === 0 && feature !== only)) split.inputs[sample * features + feature] = 0;
    }
  }
  return split;
}

/** The same without feature 0: neurons apart are silent. */
function darkened(split: ByteSplit, features: number): ByteSplit {
  return { ...split, inputs: split.inputs.map((value, at) => (at % features === 0 ? 0 : value)) };
}

/** With orders of every scope, measured, random, and of one neuron alone. */
export async function tiedCase(gpu: GpuContext, random: RandomSequence, options: TiedOptions): Promise<TiedCase> {
  const { widths, samples, wakes } = options;
  const network = tiedNetwork(random, options);
  const split = dimSplit(random, samples, widths);
  const { table, means } = await measured(gpu, network, wakes ? darkened(split, widths[0]!) : split);
  const scopes = scopesOf(widths.length - 2, ["layers", ...networkScopes]);
  const orders = removalOrders(table, { scopes, rankings: rankingsOf(["entropy"], wakes ? 0 : 1), seed: 0 });
  const alone = neuronsOf(network).map((neuron, index) => orderOf(`layer${neuron.layer}`, [neuron], 1 + index));
  // Removed behind others, a neuron that wakes leaves a residue beside their means.
  const silentFirst = orders.filter(({ direction }) => !wakes || direction === "low");
  return { network, split, meanActivations: means, orders: [...silentFirst, ...alone] };
}
