/** Orders and replacement constants as the masking shaders read them: one lane per hidden neuron, all layers in a row. */
import type { AblationMode, RemovalOrder } from "../../core/ablation.ts";
import type { Widths } from "../../core/network.ts";
import { f32, structs, u32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated } from "../../gpu/device/owned.ts";
import { hiddenLanes } from "../../gpu/device/packing.ts";
import { forward } from "../../gpu/generated/shaders.ts";

/**
 * What masking kernels read beside parameters and activations.
 * @param units of work that are encoded, each with its samples and its first job
 */
export function maskLayout(widths: Widths, orders: number, jobs: number, units: number) {
  const lanes = 4 * hiddenLanes(widths).quads;
  return {
    batch: uniforms(forward, "Batch", units),
    jobs: structs(forward, "Job", jobs),
    positions: u32(orders, lanes),
    replacements: f32(2, lanes),
  };
}

export type MaskArrays = Allocated<ReturnType<typeof maskLayout>>;

/** Position of a neuron that an order never removes; no count of removed neurons is above it. */
const NEVER = 0xffffffff;

/** [orders, lanes]: at which place of the order the neuron is removed, from 0. */
export function removalPositions(orders: readonly Pick<RemovalOrder, "neurons">[], widths: Widths): Uint32Array {
  const { offsets, quads } = hiddenLanes(widths);
  const positions = new Uint32Array(orders.length * quads * 4).fill(NEVER);
  orders.forEach((order, row) => {
    order.neurons.forEach(({ layer, neuron }, position) => {
      positions[row * quads * 4 + offsets[layer - 1]! + neuron] = position;
    });
  });
  return positions;
}

/** Row of each mode in `replacementConstants`. */
export const replacementRows: Readonly<Record<AblationMode, number>> = { zero: 0, mean: 1 };

/** [modes, lanes]: what a removed neuron's output becomes. */
export function replacementConstants(meanActivations: readonly Float32Array[], widths: Widths): Float32Array {
  const { offsets, quads } = hiddenLanes(widths);
  const constants = new Float32Array(2 * quads * 4);
  meanActivations.forEach((means, layer) => {
    constants.set(means, replacementRows.mean * quads * 4 + offsets[layer]!);
  });
  return constants;
}
