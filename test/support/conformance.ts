/**
 * Tiny networks with exact values of every measure, which were computed elsewhere in float64. All weights and samples are
 * exact in float32.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Activation } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import type { Network } from "../../src/core/network.ts";

type ByMode = Readonly<Record<"zero" | "mean", readonly number[]>>;

interface Parts {
  readonly redundancy: number;
  readonly uniqueA: number;
  readonly uniqueB: number;
  readonly synergy: number;
}

interface ConformancePair {
  /** Neurons of the layer, `a` below `b`. */
  readonly a: number;
  readonly b: number;
  /** [classes]: samples for which both bits are 1. */
  readonly bothPerClass: readonly number[];
  /** Bits. */
  readonly jointInformation: number;
  readonly between: number;
  readonly coInformation: number;
  readonly min: Parts;
  readonly mmi: Parts;
  readonly broja: Parts;
}

export interface ConformanceLayer {
  /** [units][classes] */
  readonly onesPerClass: readonly (readonly number[])[];
  readonly meanActivation: readonly number[];
  /** Ids of measures to [units]. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly change: Readonly<Record<string, readonly number[]>>;
  /** What the removal of each neuron alone adds to the loss, nats. */
  readonly single: ByMode;
  /** In the game of the layer: its neurons are the players, all others intact. */
  readonly shapley: ByMode;
  /** Greedy removals within the layer: first removed first, with the losses from the intact network to none left. */
  readonly greedy: Readonly<
    Record<"zero" | "mean", { readonly order: readonly number[]; readonly losses: readonly number[] }>
  >;
  /** By id: [units][units] of the layer, and the order that they give. */
  readonly quadratic: Readonly<
    Record<string, { readonly matrix: readonly (readonly number[])[]; readonly order: readonly number[] }>
  >;
  /** All pairs of the layer. */
  readonly pairs: readonly ConformancePair[];
  /** By id: neurons in the order in which they are chosen. */
  readonly selections: Readonly<Record<"mrmr" | "jmi" | "cmim", readonly number[]>>;
}

export interface ConformanceSet {
  readonly name: string;
  readonly activation: Activation;
  /** [layers][outputs][inputs] */
  readonly weights: readonly (readonly (readonly number[])[])[];
  readonly biases: readonly (readonly number[])[];
  readonly samples: readonly (readonly number[])[];
  readonly labels: readonly number[];
  /** Mean cross-entropy of the samples, nats, and how many are classified correctly. */
  readonly loss: number;
  readonly correct: number;
  readonly layers: readonly ConformanceLayer[];
}

const folder = new URL("../measures/conformance/", import.meta.url);

export const conformanceSets: readonly ConformanceSet[] = readdirSync(folder)
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")));

export function networkOf({ activation, weights, biases }: ConformanceSet): Network {
  const layers = weights.map((rows, layer) => ({
    inputs: rows[0]!.length,
    outputs: rows.length,
    weights: Float32Array.from(rows.flat()),
    biases: Float32Array.from(biases[layer]!),
  }));
  return { activation, layers };
}

export function splitOf({ samples, labels }: ConformanceSet): Split & { readonly inputs: Float32Array } {
  return { count: labels.length, inputs: Float32Array.from(samples.flat()), labels: Uint16Array.from(labels) };
}

/** Of every id in a set: [layers][units] values. */
export function valuesById({ layers }: ConformanceSet): Map<string, readonly (readonly number[])[]> {
  const ofLayers = layers.map(({ values, change, single, shapley }) => ({
    ...values,
    ...change,
    single_zero: single.zero,
    single_mean: single.mean,
    shapley_zero: shapley.zero,
    shapley_mean: shapley.mean,
  }));
  return new Map(
    Object.keys(ofLayers[0]!).map((id) => [id, ofLayers.map((layer) => (layer as ConformanceLayer["values"])[id]!)]),
  );
}
