/** Orders and replacement constants as the masking shaders read them: one lane per hidden neuron, all layers in a row. */
import { type ConstantMode, constantModes, type RemovalOrder } from "../../core/ablation.ts";
import { f32, structs, u32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated } from "../../gpu/device/owned.ts";
import { quadsOf } from "../../gpu/device/packing.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import type { Masks } from "../../gpu/layers/layer-kind.ts";
import { constantsIn } from "../modes/registry.ts";
import type { ReplacementConstants } from "../sweep-task.ts";

/** Rows of constants for a network: one for each mode that has some. */
export const CONSTANT_ROWS = constantModes.length;

/**
 * Where each hidden layer's lanes begin in a row that holds all hidden layers, and the row's quads.
 * @param hidden units of each hidden layer, here and below
 */
export function hiddenLanes(hidden: readonly number[]): {
  readonly offsets: readonly number[];
  readonly quads: number;
} {
  const offsets: number[] = [];
  let quads = 0;
  for (const units of hidden) {
    offsets.push(quads * 4);
    quads += quadsOf(units);
  }
  return { offsets, quads };
}

/**
 * What masking kernels read beside parameters and activations.
 * @param units of work that are encoded, each with its samples and its first job
 */
export function maskLayout(hidden: readonly number[], orders: number, jobs: number, units: number) {
  const lanes = 4 * hiddenLanes(hidden).quads;
  return {
    batch: uniforms(forward, "Batch", units),
    jobs: structs(forward, "Job", jobs),
    positions: u32(orders, lanes),
    replacements: f32(CONSTANT_ROWS, lanes),
  };
}

export type MaskArrays = Allocated<ReturnType<typeof maskLayout>>;

/** What masks a layer that reads hidden layer `below`, from 1. */
export function masksOf(
  { positions, replacements }: Pick<MaskArrays, "positions" | "replacements">,
  hidden: readonly number[],
  below: number,
): Masks {
  const { offsets, quads } = hiddenLanes(hidden);
  return { positions, replacements, quads, offset: offsets[below - 1]! / 4 };
}

/** Position of a neuron that an order never removes; no count of removed neurons is above it. */
const NEVER = 0xffffffff;

/** [orders, lanes]: at which place of the order the neuron is removed, from 0. */
export function removalPositions(
  orders: readonly Pick<RemovalOrder, "neurons">[],
  hidden: readonly number[],
): Uint32Array {
  const { offsets, quads } = hiddenLanes(hidden);
  const positions = new Uint32Array(orders.length * quads * 4).fill(NEVER);
  orders.forEach((order, row) => {
    order.neurons.forEach(({ layer, neuron }, position) => {
      positions[row * quads * 4 + offsets[layer - 1]! + neuron] = position;
    });
  });
  return positions;
}

/** Row of a mode in `replacementConstants`. */
export const replacementRow = (mode: ConstantMode): number => constantModes.indexOf(mode);

/** [modes, lanes]: what a removed neuron's output becomes; 0 in modes whose constants nobody asked for. */
export function replacementConstants(given: ReplacementConstants, hidden: readonly number[]): Float32Array {
  const { offsets, quads } = hiddenLanes(hidden);
  const rows = new Float32Array(CONSTANT_ROWS * quads * 4);
  for (const mode of constantModes) {
    constantsIn(mode, given)?.forEach((constants, layer) => {
      rows.set(constants, replacementRow(mode) * quads * 4 + offsets[layer]!);
    });
  }
  return rows;
}
