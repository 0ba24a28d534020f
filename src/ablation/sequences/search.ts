/** What a search for a sequence is given, and what it gives. */
import type { ReplacementMode } from "../../core/ablation.ts";
import { RunError } from "../../core/errors.ts";
import type { Network } from "../../core/network.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { DevicePages } from "../../passes/device-split.ts";

export interface Search {
  readonly gpu: GpuContext;
  readonly network: Network;
  /** What sequences may look at: the validation set. */
  readonly samples: DevicePages;
  /** Per hidden layer: [neurons] what stands for neurons that are removed. */
  readonly constants: readonly Float32Array[];
  /** Per sequence that is wanted: the hidden layers, from 0, whose neurons it has. */
  readonly scopes: readonly (readonly number[])[];
  /** Neurons that a greedy search removes at a step: the best by themselves, which need not be the best together. */
  readonly greedyBlock: number;
  /** Told of the share of one sequence's work that is done, up to 1, where it takes many steps. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Finds sequences of one network.
 * @returns for each scope: numbers among all hidden neurons, layer after layer, first removed first
 * @throws RunError with what the device reported
 */
export type Find = (search: Search) => Promise<Uint32Array[]>;

/** What stands for removed neurons in each mode. @param means per hidden layer: [neurons] */
export function constantsByMode(
  means: readonly Float32Array[],
): Readonly<Record<ReplacementMode, readonly Float32Array[]>> {
  return { zero: means.map(({ length }) => new Float32Array(length)), mean: means };
}

/** Per hidden layer: the number of its first neuron among all hidden ones. */
export function firstOfLayers(units: readonly number[]): number[] {
  return units.map((_, layer) => units.slice(0, layer).reduce((sum, own) => sum + own, 0));
}

/** @throws RunError where a number that neurons are compared by is not finite */
export function requireFinite(values: Iterable<number>): void {
  for (const value of values) {
    if (Number.isFinite(value)) continue;
    throw new RunError({
      what: "neurons cannot be compared",
      where: "a search for an order of removal",
      expected: "a finite number for each",
      found: `${value}`,
      fix: "leave sequences out of --measures; numbers of this network, or what flows back through it, exceed what float32 can hold",
    });
  }
}
