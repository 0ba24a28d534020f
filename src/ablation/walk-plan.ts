/** Which walks there are, and in what parts they are done: plain planning, no device. */
import type { AblationMode, RemovalOrder } from "../core/ablation.ts";
import type { Widths } from "../core/network.ts";
import { WALK_CLASSES, walkSteps } from "../gpu/kernels/sweep.ts";
import { removalSteps } from "./orders.ts";

/** One order in one mode: a job of the walking shaders. */
export interface Walk {
  /** Index into the task's orders. */
  readonly curve: number;
  readonly order: RemovalOrder;
  readonly mode: AblationMode;
}

/**
 * How the logits are reached from the pre-activations above the ablated layer: they are the logits (`tally`), one product
 * away (`product`), or further (`layers`).
 */
export type Route = "tally" | "product" | "layers";

/** Walks that start in the same hidden layer and are evaluated at the same numbers of removals. */
export interface WalkGroup {
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

function routeFor(lowest: number, widths: Widths): Route {
  const above = widths.length - 2 - lowest; // hidden layers above the ablated one
  if (widths.at(-1)! > WALK_CLASSES || above > 1) return "layers";
  return above === 0 ? "tally" : "product";
}

/** Evaluations in one part of a route. */
export function stepsOf(route: Route): number {
  // Outputs of a part of `layers` are stored, so its parts are short, too.
  return route === "tally" ? walkSteps.walk_tally : walkSteps.walk_product;
}

/** Groups the walks of a task; the order of walks within a group is orders outermost, then modes. */
export function walkGroups(
  orders: readonly RemovalOrder[],
  modes: readonly AblationMode[],
  widths: Widths,
  stride: number,
): WalkGroup[] {
  const groups = new Map<string, WalkGroup & { readonly walks: Walk[] }>();
  orders.forEach((order, curve) => {
    const layers = order.neurons.map(({ layer }) => layer);
    const lowest = Math.min(...layers);
    const deeper = Math.max(...layers) > lowest;
    const neurons = order.neurons.length;
    const key = JSON.stringify([lowest, deeper, neurons]);
    const route = routeFor(lowest, widths);
    const group = groups.get(key) ?? {
      lowest,
      deeper,
      route,
      walks: [],
      neurons,
      removed: removalSteps(neurons, stride),
    };
    groups.set(key, group);
    group.walks.push(...modes.map((mode) => ({ curve, order, mode })));
  });
  return [...groups.values()];
}

/** Consecutive evaluations done in one dispatch. */
export interface EvaluationRange {
  readonly first: number;
  readonly count: number;
}

export function evaluationRanges(evaluations: number, most: number): EvaluationRange[] {
  const ranges: EvaluationRange[] = [];
  for (let first = 0; first < evaluations; first += most) {
    ranges.push({ first, count: Math.min(most, evaluations - first) });
  }
  return ranges;
}
