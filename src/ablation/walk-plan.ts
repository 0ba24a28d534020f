/** Which walks there are, and in what steps they are done: plain planning, no device. */
import type { AblationMode, RemovalOrder } from "../core/ablation.ts";
import { appendAll, greatest, smallest } from "../core/long-arrays.ts";
import type { Widths } from "../core/network.ts";
import { WALK_CLASSES, WALK_STEPS } from "../gpu/kernels/walk.ts";
import { removalSteps } from "./orders.ts";

/** One order in one mode over one network: a job of the walking shaders. */
export interface Walk {
  /** Index of the network among those that are swept together. */
  readonly network: number;
  /** Index into the orders of that network's task. */
  readonly curve: number;
  readonly order: RemovalOrder;
  readonly mode: AblationMode;
}

/**
 * How the logits are reached from the pre-activations above the ablated layer: they are the logits (`tally`), one product
 * away (`product`), or further, or of many classes, or evaluated seldom (`layers`).
 */
export type Route = "tally" | "product" | "layers";

/** Walks that start in the same hidden layer and are evaluated at the same numbers of removals. */
export interface WalkGroup {
  /** Whether every evaluation removes one neuron alone, the next of the order, and not all before it too. */
  readonly single: boolean;
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  /** Whether layers above it are ablated too. */
  readonly deeper: boolean;
  readonly route: Route;
  readonly walks: readonly Walk[];
  /** Neurons that each order removes. */
  readonly neurons: number;
  /** Numbers of neurons removed at the evaluations. */
  readonly removed: Uint32Array;
}

/** @param lowest ablated hidden layer, from 1 */
export function routeFor(lowest: number, widths: Widths, stride: number): Route {
  const above = widths.length - 2 - lowest; // hidden layers above the ablated one
  // The other routes evaluate at every removal: where few removals are evaluated, storing outputs costs less.
  if (widths.at(-1)! > WALK_CLASSES || above > 1 || stride > 1) return "layers";
  return above === 0 ? "tally" : "product";
}

/** Up to this stride evaluating every removal in registers costs less than storing outputs for every stride-th. */
const DENSE_STRIDE = 8;

/** Removals between two evaluations of a walk: those that were asked for, or 1 where more evaluations cost less. */
export function walkedStride(lowest: number, widths: Widths, stride: number, neurons: number): number {
  return stride <= DENSE_STRIDE && routeFor(lowest, widths, 1) !== "layers" ? 1 : Math.min(stride, neurons);
}

/** Steps in one part of a route. */
export function stepsOf(route: Route): number {
  // Outputs of a part of `layers` are stored, which bounds its length.
  return route === "layers" ? 4 : WALK_STEPS;
}

/** Groups the walks of several networks; within a group: networks outermost, then orders, then modes. */
export function walkGroups(
  ordersOfNetworks: readonly (readonly RemovalOrder[])[],
  modes: readonly AblationMode[],
  widths: Widths,
  { stride, single = false }: { readonly stride: number; readonly single?: boolean },
): WalkGroup[] {
  const groups = new Map<string, WalkGroup & { readonly walks: Walk[] }>();
  ordersOfNetworks.forEach((orders, network) => {
    orders.forEach((order, curve) => {
      const layers = order.neurons.map(({ layer }) => layer);
      const lowest = smallest(layers);
      const deeper = greatest(layers) > lowest;
      const neurons = order.neurons.length;
      const key = JSON.stringify([lowest, deeper, neurons]);
      const walked = walkedStride(lowest, widths, stride, neurons);
      const route = routeFor(lowest, widths, walked);
      const removed = removalSteps(neurons, walked);
      const group = groups.get(key) ?? { single, lowest, deeper, route, walks: [], neurons, removed };
      groups.set(key, group);
      appendAll(
        group.walks,
        modes.map((mode) => ({ network, curve, order, mode })),
      );
    });
  });
  return [...groups.values()];
}

/** A step of the route `product`: removals that change the state, then the evaluations up to the next such ones. */
export interface ProductStep {
  /** Neurons removed before the step, and after it. */
  readonly begin: number;
  readonly end: number;
  /** The evaluation that follows it. */
  readonly evaluation: number;
  /** Evaluations after that one whose removals are all above the lowest ablated layer. */
  readonly upper: number;
}

/** The steps of one walk: evaluation 0, and each before which a neuron of the lowest ablated layer is removed. */
export function productSteps({ lowest, removed, single }: WalkGroup, { order }: Walk): ProductStep[] {
  const steps: { begin: number; end: number; evaluation: number; upper: number }[] = [];
  removed.forEach((end, evaluation) => {
    const begin = evaluation === 0 ? 0 : removed[evaluation - 1]!;
    const changesState = order.neurons.slice(begin, end).some(({ layer }) => layer === lowest);
    if (single || evaluation === 0 || changesState) steps.push({ begin, end, evaluation, upper: 0 });
    else steps.at(-1)!.upper++;
  });
  return steps;
}

/** Consecutive steps done in one dispatch. */
export interface StepRange {
  readonly first: number;
  readonly count: number;
}

export function stepRanges(steps: number, most: number): StepRange[] {
  const ranges: StepRange[] = [];
  for (let first = 0; first < steps; first += most) ranges.push({ first, count: Math.min(most, steps - first) });
  return ranges;
}
