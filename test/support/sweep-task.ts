/** Orders and constants to sweep a network with, made up or measured. */

import { removalOrders } from "../../src/ablation/orders.ts";
import { rankingsOf } from "../../src/ablation/rankings.ts";
import type { AblationCurve, AblationMode, NeuronAddress, RemovalOrder } from "../../src/core/ablation.ts";
import { classCounts } from "../../src/core/class-counts.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { GatheredLayer } from "../../src/core/evidence.ts";
import { hiddenUnits } from "../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../src/core/network.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import type { RandomSequence } from "../../src/core/random.ts";
import { type ScopeText, scopesOf } from "../../src/core/scope.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { neuronTable } from "../../src/measures/neuron-table.ts";
import { paperMeasures } from "../../src/measures/paper-measures.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { countNeurons } from "../../src/passes/evidence/bits.ts";

/** An order that removes exactly these neurons. */
export function orderOf(scope: ScopeText, neurons: readonly NeuronAddress[], draw = 0): RemovalOrder {
  return { repeat: 0, scope, measure: "random", direction: "none", draw, neurons };
}

/** All hidden neurons, or those of one layer, first to last. */
export function neuronsOf(network: Network, layer?: number): NeuronAddress[] {
  const all = hiddenUnits(networkShape(network)).flatMap((width, index) =>
    Array.from({ length: width }, (_, neuron) => ({ layer: index + 1, neuron })),
  );
  return layer === undefined ? all : all.filter((address) => address.layer === layer);
}

/** Shuffled orders of every scope: each layer and the whole network, `draws` of each. */
export function shuffledOrders(network: Network, random: RandomSequence, draws: number): RemovalOrder[] {
  const scopes = scopesOf(network.layers.length - 1, ["layers", "network"]);
  return scopes.flatMap((scope) => {
    const neurons = neuronsOf(network, scope === "network" ? undefined : Number(scope.slice("layer".length)));
    return Array.from({ length: draws }, (_, draw) => {
      const shuffled = Array.from(random.permutation(neurons.length), (index) => neurons[index]!);
      return orderOf(scope, shuffled, draw);
    });
  });
}

/** Per hidden layer, constants in [0, 1) that no mean would be. */
export function madeUpConstants(network: Network, random: RandomSequence): Float32Array[] {
  return hiddenUnits(networkShape(network)).map((width) =>
    Float32Array.from({ length: width }, () => random.nextUnit()),
  );
}

/** What `mode` puts in place of removed neurons, per hidden layer. */
export function constantsOf(mode: AblationMode, means: readonly Float32Array[]): Float32Array[] {
  return means.map((values) => (mode === "mean" ? values : new Float32Array(values.length)));
}

export interface MeasuredNetwork {
  readonly layers: readonly GatheredLayer[];
  readonly table: NeuronTable;
  /** Per hidden layer [neurons]. */
  readonly means: readonly Float32Array[];
}

/** Counts, measures and means of one network on a split, as the study takes them. */
export async function measured(gpu: GpuContext, network: Network, split: Split): Promise<MeasuredNetwork> {
  const classes = network.layers.at(-1)!.outputs;
  using networks = uploadNetworks(gpu, [network]);
  using onDevice = uploadSplit(gpu, "fixture", split, network.layers[0]!.inputs, classes);
  const [layers] = await countNeurons(gpu, networks, onDevice);
  const samplesPerClass = classCounts(split.labels, classes);
  const table = neuronTable({ repeat: 0, classes, samplesPerClass, layers: layers! }, network, paperMeasures);
  return { layers: layers!, table, means: layers!.map(({ meanActivation }) => meanActivation) };
}

/** Orders by every measure of the table, low and high first. */
export function measuredOrders(table: NeuronTable, scopes: readonly ScopeText[]): RemovalOrder[] {
  return removalOrders(table, { scopes, rankings: rankingsOf(Object.keys(table.measures), 0), seed: 0 });
}

/** `mode` first, then scope, then order: what a failing comparison names. */
export function curveName({ mode, order }: AblationCurve): string {
  return `${mode} ${order.scope} ${order.measure} ${order.direction} draw ${order.draw}`;
}
